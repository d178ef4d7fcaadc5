"""The catalog's texts: they speak of the parameters of a run, in right plurals, and fit the terminal."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scenarios.commands import catalog as command
from scenarios.definition import catalog
from scenarios.definition.parameters import IN_PROSE, Value, fill_prose, whole_number
from scenarios.definition.scenario import Scenario
from scenarios.definition.yaml_source import YamlSource
from scenarios.errors import SpecError

SCENARIOS = {name: catalog.load(name) for name in catalog.names()}
KEYS = ("summary", "teaches")
TEXTS = {(name, key): str(YamlSource(catalog.file_of(name), name).data[key]) for name in SCENARIOS for key in KEYS}
# What may follow a number and is no noun, and what may stand between them.
NO_NOUN = {"s", "and", "or", "of", "on"}
# Numbers of the field, which no parameter changes: FD_SETSIZE on Linux and on Windows.
CONSTANTS = {"1024", "512"}
WHOLE = """\
summary: {summary}
teaches: {teaches}
parameters:
  clients: 5
  size: 64KiB
  selector: epoll
services:
  server: {{image: linux, program: servers.transfer}}
  client: {{image: linux, program: clients.transfer, depends_on: {{server: ready}}}}
family: transfers
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    """Writes a file with these texts, and returns its path."""

    def write(summary: str, teaches: str = "x") -> str:
        path = tmp_path / "one.yaml"
        path.write_text(WHOLE.format(summary=repr(summary), teaches=repr(teaches)), encoding="utf-8")
        return str(path)

    return write


def with_ones(scenario: Scenario) -> Mapping[str, Value]:
    """The parameters, each whole number as near to 1 as it may be."""
    kinds = {name: catalog.kind(scenario, name) for name in scenario.parameters}
    ones = {name: max(1, int(kind.low)) for name, kind in kinds.items() if kind.read is whole_number and not kind.many}
    return {**scenario.parameters, **ones}


def wrong_plurals(text: str) -> list[str]:
    """The counts in a text whose noun is of the wrong number."""
    counted = re.findall(r"(?<![\w.,])(\d+(?:\.\d+)?) (?:(?:nested|hostile) )?([A-Za-z]+)", text)
    nouns = [(number, noun) for number, noun in counted if noun not in NO_NOUN]
    return [f"{number} {noun}" for number, noun in nouns if (number == "1") == bool(re.search("[^s]s$", noun))]


@pytest.mark.parametrize(
    ("text", "wrong"), [("1 clients and 2 URLs", ["1 clients"]), ("3 call, 1 process; 0.5 s", ["3 call"])]
)
def test_a_wrong_plural_is_found(text: str, wrong: list[str]) -> None:
    assert wrong_plurals(text) == wrong


@pytest.mark.parametrize(("name", "key"), TEXTS)
def test_a_text_reads_with_right_plurals_for_the_defaults_and_for_ones(name: str, key: str) -> None:
    for values in (SCENARIOS[name].parameters, with_ones(SCENARIOS[name])):
        assert wrong_plurals(fill_prose(TEXTS[name, key], values)) == []


@pytest.mark.parametrize(("name", "key"), TEXTS)
def test_a_text_names_no_default_but_by_its_placeholder(name: str, key: str) -> None:
    scenario = SCENARIOS[name]
    literal = set(re.findall(r"[\w.]*\w", IN_PROSE.sub("", TEXTS[name, key])))
    kinds = {parameter: catalog.kind(scenario, parameter) for parameter in scenario.parameters}
    numbers = {str(value) for parameter, value in scenario.parameters.items() if kinds[parameter].read is not None}
    assert not literal & numbers - (CONSTANTS if key == "teaches" else set())


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_summary_names_no_choice_but_by_its_placeholder(name: str) -> None:
    scenario = SCENARIOS[name]
    words = set(re.findall(r"\w+", IN_PROSE.sub("", TEXTS[name, "summary"])))
    assert not words & {str(value) for key, value in scenario.parameters.items() if catalog.kind(scenario, key).choices}


def test_the_list_has_one_line_a_scenario_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.show_catalog() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > command.WIDTH] == []
    listed = [line.split()[0] for line in lines if line.startswith("  ")]
    assert sorted(listed) == catalog.names()
    assert [line for line in lines if line.endswith(":")] == ["coroutines:", "waiting:", "servers:", "events:"]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_one_scenario_is_told_in_full_in_80_columns(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = SCENARIOS[name]
    assert command.show_one(name) == 0
    out = capsys.readouterr().out
    words = " ".join(out.split())
    assert f"{name}: {scenario.summary}" in out
    assert scenario.teaches in words
    for parameter, value in scenario.parameters.items():
        assert f"  {parameter}={value}  " in out
        assert catalog.kind(scenario, parameter).allowed() in words
    for service in scenario.services.values():
        nofile = ":".join(map(str, dict.fromkeys((service.nofile, service.most_nofile))))
        assert f"{service.name} {service.program} ({service.image}): nofile {nofile}," in words
    assert [f"  ./inv {command}\n" in out for command in scenario.next_commands] == [True] * len(scenario.next_commands)
    assert ("runs it alone" in out) == scenario.alone
    assert (f"./inv sweep {name}" in out) == bool(scenario.sweep)
    assert [line for line in out.splitlines() if len(line) > command.WIDTH] == []


@pytest.mark.parametrize(
    ("clients", "summary", "filled"),
    [
        (1, "{clients:client} of {clients}", "1 client of 1"),
        (500, "{clients:client} of {clients}", "500 clients of 500"),
        (1, "{clients:process/processes}", "1 process"),
        (0, "{clients:process/processes}", "0 processes"),
        (2, "{clients:client waits/clients wait} for {size}", "2 clients wait for 64KiB"),
    ],
)
def test_a_placeholder_counts_what_it_names(clients: int, summary: str, filled: str) -> None:
    assert fill_prose(summary, {"clients": clients, "size": "64KiB"}) == filled


def test_a_number_of_seconds_has_no_digits_that_say_nothing() -> None:
    assert fill_prose("{a} s and {b} s", {"a": 1.0, "b": 0.25}) == "1 s and 0.25 s"


def test_the_texts_of_a_run_speak_of_its_own_parameters(written: Callable[..., str]) -> None:
    path = written("{clients:client}.", "{selector} serves {clients:client}.")
    scenario = catalog.load(path, {"clients": "1", "selector": "poll"})
    assert (scenario.summary, scenario.teaches) == ("1 client.", "poll serves 1 client.")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{cleints:client}", "there is no parameter 'cleints'"),
        ("{nobody}", "there is no parameter 'nobody'"),
        ("{size:byte}", "not a whole number"),
        ("{clients + 1}", "braces stand for a parameter only"),
        ("{clients:}", "braces stand for a parameter only"),
        ("{clients", "braces stand for a parameter only"),
        ("{}", "braces stand for a parameter only"),
    ],
)
def test_a_placeholder_that_cannot_be_filled_in_is_an_error_with_its_line(
    written: Callable[..., str], text: str, problem: str
) -> None:
    for line, texts in ((1, (text, "x")), (2, ("x", text))):
        path = written(*texts)
        with pytest.raises(SpecError) as raised:
            catalog.load(path)
        assert str(raised.value).startswith(f"{path}:{line}: {KEYS[line - 1]} is {text!r}: {problem}")
