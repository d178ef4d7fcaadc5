"""Expectations: what agrees with each, what does not and how it is told, and how they read."""

import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.judging.quantities import (
    AtLeast,
    AtMost,
    Between,
    Each,
    Exactly,
    Expectation,
    Growth,
    Order,
    Quantity,
    Ratio,
    read_json,
)

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
SECONDS = Quantity("seconds", unit="s", digits=2)


def agrees(expectation: Expectation, value: Any) -> bool:
    """Whether there is no difference."""
    return expectation.difference(value) is None


@given(JSON, JSON)
def test_exactly_agrees_with_the_same_value_alone(value: Any, other: Any) -> None:
    assert agrees(Exactly(value), value)
    same = value == other and isinstance(value, bool) == isinstance(other, bool)
    assert agrees(Exactly(value), other) == same


@given(NUMBERS, NUMBERS, NUMBERS)
def test_between_agrees_with_its_bounds_and_what_lies_between(one: float, other: float, value: float) -> None:
    low, high = sorted((one, other))
    bounds = Between(low, high)
    assert agrees(bounds, low)
    assert agrees(bounds, high)
    assert agrees(bounds, value) == (low <= value <= high)
    assert agrees(AtMost(high), value) == (value <= high)


@pytest.mark.parametrize("value", [None, "1", [1], {}, True, math.nan])
def test_what_is_no_number_is_within_no_bounds(value: Any) -> None:
    for bounds in (Between(-10, 10), AtMost(10)):
        assert not agrees(bounds, value)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 3), max_size=3))
def test_each_agrees_when_every_name_does_and_none_is_missing_or_unforeseen(values: dict[str, int]) -> None:
    each = Each({name: Exactly(value) for name, value in values.items()})
    assert agrees(each, values)
    assert not agrees(each, values | {"another": 1})
    for name in values:
        assert not agrees(each, {key: value for key, value in values.items() if key != name})
        assert f"{name}: predicted {values[name]}, measured 9" in str(each.difference(values | {name: 9}))


@given(st.lists(st.floats(0.1, 100), min_size=2, max_size=5), st.floats(1, 3))
def test_an_order_holds_when_each_value_is_the_margin_times_the_one_before(values: list[float], margin: float) -> None:
    names = tuple(f"n{number}" for number in range(len(values)))
    measured = dict(zip(names, values, strict=True))
    holds = all(high >= low * margin for low, high in itertools.pairwise(values))
    assert agrees(Order(names, margin), measured) == holds


def test_a_difference_is_told_in_the_quantitys_words() -> None:
    assert Between(1, 2).difference(2.5, SECONDS.words) == "predicted 1.00 to 2.00 s, measured 2.50 s"
    assert AtMost(2).difference(2.5, SECONDS.words) == "predicted at most 2.00 s, measured 2.50 s"
    assert Exactly(5).difference(None, Quantity("served", unit="clients").words) == (
        "predicted 5 clients, measured none"
    )
    assert Order(("a", "b"), 2).difference({"a": 1.0, "b": 1.5}, SECONDS.words) == "b 1.50 s is not 2 times a 1.00 s"
    assert Order(("a", "b")).difference({"a": 1.0}) == "not measured: b"


def test_in_an_order_each_of_a_group_is_above_each_of_those_before() -> None:
    order = Order((("a", "b"), ("c", "d")))
    assert order.difference({"a": 2, "b": 1, "c": 4, "d": 3}) is None
    assert order.difference({"a": 2, "b": 1, "c": 4, "d": 1.5}) == "d 1.5 is not above a 2"
    assert order.difference({"a": 2, "b": 1, "c": 4}) == "not measured: d"
    assert order.json() == {"order": [("a", "b"), ("c", "d")], "margin": 1.0}


def test_an_order_says_which_of_its_names_has_more() -> None:
    assert Order(("a", "b", "c")).words() == "a < b < c"
    assert Order(("a", ("b", "c", "d")), 3).words() == "b, c and d at least 3 times a"
    assert Order(("a", "b", "c"), 3).words() == "b at least 3 times a, c at least 3 times b"


def test_what_json_prints_reads_as_the_expectation_itself() -> None:
    for one in (Between(1, 2), AtMost(2), Exactly(2)):
        assert read_json(one.json(), SECONDS.words) == one.words(SECONDS.words)


def test_a_value_has_its_unit_in_the_table_and_its_noun_in_the_sentence() -> None:
    served = Quantity("served", unit="clients", noun="served")
    assert (served.words(5), served.sentence(5)) == ("5 clients", "5 served")
    plain = Quantity("bytes", noun="bytes")
    assert (plain.words(7), plain.sentence(7), plain.words(None)) == ("7", "7 bytes", "none")


@given(NUMBERS, NUMBERS)
def test_at_least_agrees_from_its_bound_on_and_reads_as_it_was_printed(low: float, value: float) -> None:
    assert agrees(AtLeast(low), value) == (value >= low)
    assert read_json(AtLeast(low).json(), SECONDS.words) == AtLeast(low).words(SECONDS.words)
    assert AtLeast(0).words(SECONDS.words) == "any"


@given(st.floats(0.1, 100), st.floats(0.1, 100), st.floats(0.1, 10))
def test_a_ratio_agrees_within_its_bounds(over: float, under: float, bound: float) -> None:
    measured = {"a": over, "b": under}
    assert agrees(Ratio("a", "b", bound), measured) == (over / under >= bound)
    assert agrees(Ratio("a", "b", 0, bound), measured) == (over / under <= bound)


@pytest.mark.parametrize("measured", [None, {}, {"a": 1}, {"a": 1, "b": 0}, {"a": 1, "b": None}, {"a": True, "b": 1}])
def test_a_ratio_of_what_was_not_measured_is_a_difference(measured: Any) -> None:
    assert not agrees(Ratio("a", "b", 0), measured)


@given(st.floats(0.001, 1000), st.floats(-2, 2), st.sets(st.integers(1, 10**6), min_size=3, max_size=9))
def test_growth_finds_the_power_that_a_series_follows(factor: float, power: float, sizes: set[int]) -> None:
    measured = {"epoll": {str(n): factor * n**power for n in sizes}}
    assert agrees(Growth("epoll", power - 0.01, power + 0.01), measured)
    assert not agrees(Growth("epoll", power + 0.01, power + 1), measured)


@pytest.mark.parametrize("last", [{}, {"3": 0}, {"3": -1}, {"x": 3}, {"3": None}, {"2.0": 2}], ids=str)
def test_growth_of_too_little_is_a_difference(last: dict[str, Any]) -> None:
    told = Growth("epoll", -9, 9).difference({"epoll": {"1": 1, "2": 2, **last}})
    assert told is not None
    assert "the growth cannot be fitted" in told


@pytest.mark.parametrize("series", [None, 1, "x", [1, 2, 3]])
def test_growth_of_what_is_no_series_is_a_difference(series: Any) -> None:
    assert not agrees(Growth("epoll", -9, 9), {"epoll": series})
    assert not agrees(Growth("epoll", -9, 9), series)


def test_a_read_that_is_no_function_and_one_for_another_type_are_told_by_their_quantity() -> None:
    with pytest.raises(TypeError, match="Quantity 'order': read must be a function"):
        Quantity("order", read=", ")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="Quantity 'order': its read cannot put 5 in words"):
        Quantity("order", read=", ".join).words(5)


@pytest.mark.parametrize(
    ("unit", "one"),
    [
        ("threads", "1 thread"),
        ("processes", "1 process"),
        ("turns of the loop", "1 turn of the loop"),
        ("s", "1 s"),
        ("µs", "1 µs"),
        ("KiB", "1 KiB"),
        ("", "1"),
    ],
)
def test_a_single_one_has_its_unit_in_the_singular(unit: str, one: str) -> None:
    read = Quantity("x", unit=unit).words
    assert read(1) == one
    assert Between(1, 4).words(read) == f"1 to 4 {unit}".rstrip()
    assert Quantity("x", unit="s", digits=1).words(1) == "1.0 s"


def test_names_of_several_words_are_told_apart_from_their_values() -> None:
    of = {"at first": Exactly(64), "after lifting it": Exactly(4096), "then": Exactly(4096)}
    assert Each(of).words() == "at first: 64; after lifting it and then: 4096"
    assert Each({"serial": Exactly(1), "threads": Exactly(2)}).words() == "serial 1, threads 2"
