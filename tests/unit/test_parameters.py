"""Parameters of scenarios: any text is a value within its bounds or one message that names the parameter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import families
from scenarios.definition import catalog
from scenarios.definition.parameters import BY_TYPE, UNITS, Kind, fill, kind_of, seconds, size, whole_number
from scenarios.errors import UsageError
from scenarios.families.transfers import MOST_CLIENTS

KINDS: dict[str, Kind] = {
    name: kind for family in families.names() for name, kind in families.find(family).parameters.items()
}
NUMERIC = [name for name, kind in KINDS.items() if kind.read is not None]
# What nearly is a number is more telling than any text.
NEARLY = st.text(st.sampled_from("0123456789+-.eE_ KMGiB٥²\n"), max_size=14)


@given(st.sampled_from(sorted(KINDS)), st.one_of(st.text(max_size=20), NEARLY))
def test_any_text_is_a_value_or_a_usage_error_that_names_the_parameter(name: str, text: str) -> None:
    kind = KINDS[name]
    try:
        value = kind.convert(name, text)
    except UsageError as error:
        assert str(error).startswith(f"{name} is ")
    else:
        assert kind.convert(name, value) == value
        if kind.read is not None or kind.choices:
            assert (
                value in kind.choices or kind.low <= (size(str(value)) if kind.keep_text else float(value)) <= kind.high
            )


@given(st.sampled_from([int, float, str]), st.one_of(st.text(max_size=20), NEARLY))
def test_a_parameter_that_a_file_invents_takes_what_its_default_is(kind: type, text: str) -> None:
    try:
        value = BY_TYPE[kind].convert("invented", text)
    except UsageError:
        assert kind is not str
    else:
        assert type(value) is kind


@pytest.mark.parametrize("name", NUMERIC)
def test_a_bound_itself_is_allowed_and_what_lies_beyond_is_not(name: str) -> None:
    kind = KINDS[name]
    for bound in (kind.low, kind.high):
        value = kind.convert(name, f"{bound:g}" if kind.read is seconds else f"{bound:.0f}")
        assert float(value) == bound
    for beyond in (kind.low - 1, kind.high + 1):
        with pytest.raises(UsageError, match=f"{name} is "):
            kind.convert(name, str(int(beyond)))


@pytest.mark.parametrize("value", ["0", "-5", "x", "", "1e3", "5.0", "٥", str(MOST_CLIENTS + 1), "99999999999999"])
def test_a_number_of_clients_that_cannot_be_is_a_usage_error(value: str) -> None:
    with pytest.raises(UsageError, match="clients is"):
        catalog.load("epoll-500", {"clients": value})


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.choices])
def test_a_choice_that_there_is_not_shows_those_that_there_are(name: str) -> None:
    with pytest.raises(UsageError, match=", ".join(KINDS[name].choices)):
        KINDS[name].convert(name, "steam")


@given(st.integers(0, 10**12 - 1), st.sampled_from(sorted(UNITS.items())), st.sampled_from(["", " "]))
def test_a_size_is_its_number_times_its_unit(number: int, unit: tuple[str, int], space: str) -> None:
    assert size(f"{number}{space if unit[0] else ''}{unit[0]}") == number * unit[1]


@given(st.integers(-(10**12) + 1, 10**12 - 1))
def test_a_whole_number_comes_back_from_its_text(number: int) -> None:
    assert whole_number(str(number)) == number


@given(st.integers(0, 10**9 - 1), st.integers(0, 999))
def test_seconds_are_read_as_people_write_them(whole: int, thousandths: int) -> None:
    assert seconds(f"{whole}.{thousandths:03}") == float(f"{whole}.{thousandths:03}")


@given(st.one_of(st.text(max_size=20), NEARLY))
def test_readers_raise_nothing_but_value_errors(text: str) -> None:
    for read in (whole_number, seconds, size):
        try:
            read(text)
        except ValueError as error:
            assert str(error).startswith("not a ")  # the lab's own words, not the interpreter's


def test_a_size_keeps_the_text_that_its_user_gave() -> None:
    assert KINDS["size"].convert("size", "64KiB") == "64KiB"


def test_an_invented_parameter_is_of_its_defaults_kind() -> None:
    assert kind_of(0.5) is BY_TYPE[float]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_placeholder_may_add_a_number(value: int, added: int) -> None:
    assert fill(f"<{{clients}} {{ clients + {added} }}>", {"clients": value}) == f"<{value} {value + added}>"


def test_a_placeholder_of_an_unknown_parameter_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        fill("{nothing}", {"clients": 1})


def test_a_number_cannot_be_added_to_a_text() -> None:
    with pytest.raises(ValueError, match="whole number"):
        fill("{size + 64}", {"size": "64KiB"})


def test_braces_that_are_no_placeholder_stay() -> None:
    assert fill("{} { x y } {a}", {"a": 1}) == "{} { x y } 1"


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        (Kind("", whole_number, 1, 2**20), "a whole number from 1 to 1048576"),
        (Kind("", whole_number), "a whole number of at least 0"),
        (Kind("", seconds, 0.05, 2), "a number from 0.05 to 2"),
        (Kind("", size, 1, 64 * UNITS["MiB"]), "a size from 1B to 64MiB"),
        (Kind("", whole_number, 1, 9, many=True), "a list of whole numbers, each from 1 to 9"),
        (Kind("", choices=("yes", "no", "both")), "yes, no or both"),
        (Kind(""), "any text"),
    ],
)
def test_a_kind_says_what_is_allowed(kind: Kind, allowed: str) -> None:
    assert kind.allowed() == allowed


def test_a_size_out_of_bounds_is_told_in_its_units() -> None:
    with pytest.raises(UsageError, match=r"it must be from 1MiB to 64MiB"):
        Kind("", size, UNITS["MiB"], 64 * UNITS["MiB"]).convert("size", "1KiB")
