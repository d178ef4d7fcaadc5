"""Catalog files and parameters: what is right becomes a Scenario, anything else one message with its file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import spec
from scenarios.errors import SpecError, UsageError
from scenarios.parameters import KINDS, MOST_CLIENTS, fill, size

GOOD = """\
summary: One server.
parameters:
  clients: 5
  size: 64KiB
services:
  server:
    image: linux
    program: servers.transfer
    args: [--size, "{size}"]
    ulimits: {nofile: "{clients + 64}"}
outcome: transfers
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], str]:
    """Writes a catalog file and returns its path."""

    def write(text: str) -> str:
        path = tmp_path / "one.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def problem(path: str) -> SpecError:
    """The error that loading the file raises."""
    with pytest.raises(SpecError) as raised:
        spec.load(path)
    return raised.value


def test_every_file_of_the_catalog_is_right_and_says_what_it_teaches() -> None:
    assert spec.names()
    assert all(spec.load(name).teaches for name in spec.names())


def test_placeholders_take_the_parameters_values(written: Callable[[str], str]) -> None:
    server = spec.load(written(GOOD), {"clients": "100", "size": "1MiB"}).services["server"]
    assert server.args == ("--size", "1MiB")
    assert server.nofile == 164


WRONG = [
    ("image: linux", "image: lunix", 7, "no image 'lunix'"),
    ("servers.transfer", "servers.nothing", 8, "no program 'servers.nothing'"),
    ("servers.transfer", "../spec", 8, "no program"),
    ('"{size}"', '"{sice}"', 9, "no parameter 'sice'"),
    ("clients: 5", "clients: 0", 3, "clients is 0"),
    ("clients: 5", "clients: many", 3, "clients is 'many'"),
    ("clients: 5", "clients: [5]", 3, "clients"),
    (
        "    image: linux",
        "    image: linux\n    imaeg: x",
        8,
        "unknown key 'services.server.imaeg'; did you mean 'image'?",
    ),
    ("summary: One server.", "summary: One server.\nsumary: x", 2, "did you mean 'summary'?"),
    ("outcome: transfers", "outcome: nothing", 11, "no outcome checks 'nothing'"),
    ("outcome: transfers\n", "", 1, "'outcome' is missing"),
    ("    image: linux", "    depends_on: {other: ready}\n    image: linux", 7, "no service 'other'"),
    ("    image: linux", "    depends_on: {server: ready}\n    image: linux", 7, "circle: server -> server"),
    ("    image: linux", "    depends_on: {server: soon}\n    image: linux", 7, "depends_on"),
    ("    image: linux", "    mem_limit: much\n    image: linux", 7, "not a size"),
    ("    image: linux", "\timage: linux", 7, "tabs"),
    ("  clients: 5", "  clients: 5\n  clients: 6", 4, "twice"),
    ("nofile: ", "nofiles: ", 10, "nofiles"),
    ("services:", "services: {}\nother:", 6, "unknown key 'other'"),
]


@pytest.mark.parametrize(("old", "new", "line", "text"), WRONG)
def test_a_wrong_file_is_one_message_with_file_and_line(
    written: Callable[[str], str], old: str, new: str, line: int, text: str
) -> None:
    path = written(GOOD.replace(old, new, 1))
    error = problem(path)
    assert text in str(error)
    assert str(error).startswith(f"{path}:{line}:")
    assert "\n" not in str(error)


def test_a_circle_through_several_services_is_shown_whole(written: Callable[[str], str]) -> None:
    service = "{{image: linux, program: demos.hangs, depends_on: {{{}: ready}}}}"
    services = "\n".join(f"  {name}: {service.format(other)}" for name, other in (("a", "b"), ("b", "c"), ("c", "a")))
    error = problem(written(f"summary: x\nservices:\n{services}\noutcome: transfers\n"))
    assert "a -> b -> c -> a" in str(error)


@given(st.text(max_size=200))
def test_any_text_is_a_scenario_or_a_spec_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "any.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(SpecError):
        spec.load(str(path))


@given(st.data())
def test_a_good_file_with_one_line_changed_is_a_scenario_or_a_spec_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = GOOD.splitlines()
    lines[data.draw(st.integers(0, len(lines) - 1))] = data.draw(st.text(st.characters(codec="utf-8"), max_size=40))
    path = tmp_path_factory.mktemp("changed") / "changed.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        assert spec.load(str(path)).services
    except SpecError as error:
        assert str(path) in str(error)


def test_an_unknown_scenario_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'epoll-500'"):
        spec.load("epol-500")


def test_an_unknown_parameter_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no parameter 'nofile'; it has: clients"):
        spec.load("windows-600", {"nofile": "128"})


@pytest.mark.parametrize("value", ["0", "-5", "x", "", "1e3", "5.0", "٥", "28233", "99999999999999"])
def test_a_number_of_clients_that_cannot_be_is_a_usage_error(value: str) -> None:
    with pytest.raises(UsageError, match="clients is"):
        spec.load("epoll-500", {"clients": value})


def test_the_bounds_themselves_are_allowed() -> None:
    assert spec.load("epoll-500", {"clients": str(MOST_CLIENTS)}).number("clients") == MOST_CLIENTS
    assert spec.load("epoll-500", {"clients": "1"}).number("clients") == 1


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=20))
def test_a_parameters_text_is_a_value_or_a_usage_error(name: str, text: str) -> None:
    try:
        value = KINDS[name].convert(name, text)
    except UsageError as error:
        assert name in str(error)
    else:
        assert KINDS[name].convert(name, value) == value


@given(st.integers(0, 10**6), st.sampled_from([("", 1), ("B", 1), ("KiB", 1024), ("MiB", 1024**2), ("GiB", 1024**3)]))
def test_a_size_is_its_number_times_its_unit(number: int, unit: tuple[str, int]) -> None:
    assert size(f"{number}{unit[0]}") == number * unit[1]


def test_braces_that_are_no_placeholder_stay() -> None:
    assert fill("{} { x y } {a}", {"a": 1}) == "{} { x y } 1"
