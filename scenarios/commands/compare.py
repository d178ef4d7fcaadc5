"""The command that compares two runs."""

from __future__ import annotations

import json
from contextlib import suppress

from scenarios import families
from scenarios.commands.command import say
from scenarios.definition import catalog
from scenarios.errors import EXIT_PASS, EvidenceError, LabError
from scenarios.families.base import MISUNDERSTOOD
from scenarios.judging.comparison import Comparison, Run, compared
from scenarios.report import side_by_side as report
from scenarios.report.terminal import console
from scenarios.results import evidence, record, run_directories, sweep_record


def compare(first: str, second: str, as_json: bool = False) -> int:
    """Shows where two runs differ, and both results.

    Raises UsageError if there is no such run, EvidenceError if one is not finished or its files are damaged.
    """
    runs = _run(first), _run(second)
    try:
        _show(compared(*runs), as_json)
    except (*MISUNDERSTOOD, AttributeError) as error:  # a file is damaged: a value has another type
        raise EvidenceError(f"these runs cannot be compared, a file of one is damaged: {error!r}") from error
    return EXIT_PASS


def _show(comparison: Comparison, as_json: bool) -> None:
    if as_json:
        print(json.dumps(comparison.json(), indent=1))
    else:
        report.show(comparison, console())


def _run(name: str) -> Run:
    directory = run_directories.find(name)
    if name == directory.parent.name and (found := sweep_record.point_of(directory)):
        values = ", ".join(f"{key} {value}" for key, value in found[1].parameters.items())
        say(f"the latest run of {name} is a point of a sweep ({values}); to compare another, give its id: ./inv runs")
    kept, its_evidence = record.load(directory), None
    with suppress(EvidenceError):  # the run ended before it had any
        its_evidence = evidence.load(directory)
    family = its_evidence.scenario.family if its_evidence else _family(kept.scenario)
    return Run(kept, its_evidence, families.current_name(family) if family else None)


def _family(scenario: str) -> str | None:
    """The family of the scenario in today's catalog; None if the scenario is gone."""
    with suppress(LabError):
        return catalog.load(scenario).family
    return None
