"""The command that shows two runs side by side."""

from __future__ import annotations

import json
from contextlib import suppress

from scenarios import evidence, families, record, rundirs, spec
from scenarios.comparison import Comparison, Run, compared
from scenarios.errors import EXIT_PASS, EvidenceError, LabError
from scenarios.families.base import MISUNDERSTOOD
from scenarios.report import side_by_side as report
from scenarios.report.terminal import console


def compare(first: str, second: str, as_json: bool = False) -> int:
    """Shows what differs, and what came of both.

    Raises UsageError when there is no such run, EvidenceError when one has not ended.
    """
    runs = _run(first), _run(second)
    try:
        _show(compared(*runs), as_json)
    except (*MISUNDERSTOOD, AttributeError) as error:  # numbers in a damaged file that are none
        raise EvidenceError(f"what was kept of the two cannot be compared: {error!r}") from error
    return EXIT_PASS


def _show(found: Comparison, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found.json(), indent=1))
    else:
        report.show(found, console())


def _run(name: str) -> Run:
    directory = rundirs.find(name)
    kept, found = record.load(directory), None
    with suppress(EvidenceError):  # of a run that ended before there was any
        found = evidence.load(directory)
    family = found.scenario.family if found else _family(kept.scenario)
    return Run(kept, found, family if family in families.names() else None)


def _family(scenario: str) -> str | None:
    """That of the scenario as it is now; None where there is none by that name any more."""
    with suppress(LabError):
        return spec.load(scenario).family
    return None
