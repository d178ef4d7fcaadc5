"""./inv families: the list, and the description of each family."""

import re

import pytest

from scenarios import families
from scenarios.commands import families as command
from scenarios.commands.catalog import WIDTH
from scenarios.definition import catalog
from scenarios.errors import UsageError


def test_the_list_has_each_family_whole_and_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.show_families() == 0
    out = capsys.readouterr().out
    assert re.findall(r"^  (\S+)", out, re.MULTILINE) == families.names()
    assert "The cost of one switch between two generators, greenlets, threads or processes." in " ".join(out.split())
    assert "..." not in out
    assert [line for line in out.splitlines() if len(line) > WIDTH] == []


@pytest.mark.parametrize("name", families.names())
def test_a_family_is_described_with_all_that_its_scenarios_need(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.show_family(name) == 0
    out = capsys.readouterr().out
    family = families.find(name)
    scenarios = [one for one in map(catalog.load, catalog.names()) if one.family == name]
    for key in (*family.parameters, *family.services, *(one.key for one in family.quantities)):
        assert f"\n  {key}  " in out
    for scenario in scenarios:
        assert f"\n  {scenario.name}  " in out
        assert all(scenario.services[service].program in out for service in family.services)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("accept_emfile", "  shed    closed at once, in clients"),
        ("accept_emfile", "  cpu     CPU time, in seconds"),
        ("accept_emfile", "  woken   wake-ups"),
        ("switch_cost", "  cost       cost: times a generator's cost"),
        ("deadlock", "  error     the first failure of a service, or none"),
    ],
)
def test_a_quantity_is_described_with_its_unit_in_words(
    name: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command.show_family(name)
    assert line in capsys.readouterr().out.splitlines()


def test_an_unknown_family_is_one_message() -> None:
    with pytest.raises(UsageError, match="there is no family 'nothing'; there are: accept_emfile, "):
        command.show_family("nothing")
