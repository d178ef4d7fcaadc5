"""Ranges and lists of a parameter: what they stand for, and what is refused."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.definition import ranges
from scenarios.definition.parameters import MECHANISM, UNITS, Kind, seconds, size, whole_number
from scenarios.definition.ranges import dimension
from scenarios.errors import UsageError

WHOLE = Kind("a count", whole_number, 0, 10**10)
SECONDS = Kind("a time", seconds, 0, 10**6)
SIZE = Kind("bytes", size, 0, 2**50, keep_text=True)
MANY = Kind("counts", whole_number, 1, 1000, many=True)


@given(low=st.integers(0, 10**6), more=st.integers(1, 10**6), points=st.integers(2, 40))
def test_a_range_of_whole_numbers_rises_from_bound_to_bound_with_as_many_values_as_there_can_be(
    low: int, more: int, points: int
) -> None:
    high = low + more
    if points > more + 1:
        with pytest.raises(UsageError, match=f"it has {more + 1} whole numbers, fewer than the {points} points"):
            dimension("n", f"{low}..{high}", WHOLE, points)
        points = more + 1
    found = dimension("n", f"{low}..{high}", WHOLE, points)
    assert found.numbers is not None
    assert (found.numbers[0], found.numbers[-1], len(found.numbers)) == (low, high, points)
    assert all(before < after for before, after in itertools.pairwise(found.numbers))
    assert tuple(map(str, found.numbers)) == found.values


@given(low=st.integers(1, 10**4), times=st.integers(100, 10**4), points=st.integers(3, 10))
def test_each_value_of_a_wide_range_is_about_as_many_times_the_one_before(low: int, times: int, points: int) -> None:
    low *= 100  # so that rounding is next to nothing
    numbers = dimension("n", f"{low}..{low * times}", WHOLE, points).numbers
    assert numbers is not None
    even = times ** (1 / (points - 1))
    assert all(after / before == pytest.approx(even, rel=0.02) for before, after in itertools.pairwise(numbers))


@given(low=st.integers(0, 10**4), more=st.integers(10, 10**4), points=st.integers(2, 10))
def test_a_range_of_seconds_needs_no_whole_numbers_and_every_value_can_be_read_again(
    low: int, more: int, points: int
) -> None:
    found = dimension("t", f"{low / 100}..{(low + more) / 100}", SECONDS, points)
    assert found.numbers == tuple(map(seconds, found.values))
    assert len(set(found.numbers)) == points
    assert (found.numbers[0], found.numbers[-1]) == (low / 100, (low + more) / 100)


@given(low=st.integers(1, 2**20), more=st.integers(1, 2**20), unit=st.sampled_from(["KiB", "MiB"]))
def test_a_range_of_sizes_keeps_its_bounds_and_reads_as_they_do(low: int, more: int, unit: str) -> None:
    text = f"{low}{unit}..{low + more}{unit}"
    try:
        found = dimension("size", text, SIZE)
    except UsageError as error:
        assert "too many for so narrow a range" in str(error) or "fewer than" in str(error)
        return
    assert (found.values[0], found.values[-1]) == (f"{low}{unit}", f"{low + more}{unit}")
    assert found.numbers == tuple(map(size, found.values))
    assert all(value.endswith(("KiB", "MiB")) for value in found.values)
    assert found.numbers[0] == low * UNITS[unit]


def test_a_range_has_six_values_unless_there_are_fewer_whole_numbers() -> None:
    assert len(dimension("n", "100..5000", WHOLE).values) == ranges.POINTS
    assert dimension("n", "1..3", WHOLE).values == ("1", "2", "3")


def test_a_list_of_numbers_rises_one_of_words_stays_and_nothing_is_there_twice() -> None:
    assert dimension("n", "500, 100,100", WHOLE) == ranges.Dimension("n", ("100", "500"), (100, 500))
    assert dimension("selector", "select,epoll", MECHANISM) == ranges.Dimension("selector", ("select", "epoll"), None)
    assert not dimension("selector", "select,epoll", MECHANISM).is_axis
    assert not dimension("n", "100", WHOLE).is_axis
    assert dimension("n", "1,2", WHOLE).is_axis


def test_of_a_parameter_that_is_a_list_each_part_is_a_value() -> None:
    assert dimension("idle", "50,100", MANY).values == ("50", "100")
    assert dimension("idle", "50..400", MANY, 4).numbers == (50, 100, 200, 400)


@pytest.mark.parametrize(
    ("text", "kind", "points", "message"),
    [
        ("5..1", WHOLE, None, "n is '5..1': a range rises, such as 1..5"),
        ("5..5", WHOLE, None, "n is '5..5': that is one value"),
        ("a..b", WHOLE, None, "n is 'a..b': 'a' is not a whole number"),
        ("1..b", WHOLE, None, "n is '1..b': 'b' is not a whole number"),
        ("..5", WHOLE, None, "a range needs two ends, such as 10..100"),
        ("1..2..3", WHOLE, None, "'2..3' is not a whole number"),
        ("1..5,9", WHOLE, None, "'5,9' is not a whole number"),
        ("1.5..3", WHOLE, None, "'1.5' is not a whole number"),
        ("1..2000", MANY, None, "n is 2000: it must be from 1 to 1000"),
        ("0..20", MANY, None, "n is 0: it must be from 1 to 1000"),
        ("1..3", WHOLE, 5, "it has 3 whole numbers, fewer than the 5 points"),
        ("select..poll", MECHANISM, None, "a range is for numbers; give a list of values, such as select,poll,epoll"),
        ("select,pol", MECHANISM, None, "n is 'pol': it must be one of"),
        ("1,,2", WHOLE, None, "a value is missing beside a comma"),
        ("0.000000001..0.000000005", SECONDS, 9, "9 values are too many for so narrow a range"),
    ],
)
def test_what_is_no_range_and_no_list_is_refused_with_what_is_wrong(
    text: str, kind: Kind, points: int | None, message: str
) -> None:
    with pytest.raises(UsageError) as refused:
        dimension("n", text, kind, points)
    assert message in str(refused.value)
