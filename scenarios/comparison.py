"""Two runs side by side: what differs in how they were made, and what came of each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scenarios import resources
from scenarios.evidence import Evidence
from scenarios.quantities import Json
from scenarios.record import Record

# The same of both runs; None where one has it not.
Pair = tuple[Any, Any]


@dataclass(frozen=True)
class Run:
    """One of the two: its record, its evidence (None where there is none, as of a run that could not be begun), and
    what kind of experiment it was, as far as that is known.
    """

    record: Record
    evidence: Evidence | None
    family: str | None


@dataclass(frozen=True)
class Comparison:
    """Both runs, first and second, of everything; of `parameters` and `checks` only what differs.

    `predicted` and `measured` are by quantity, each None where there is nothing; `note` says why they cannot be
    compared, and is None where they can. `seconds` are by phase, `resources` by service and what was looked at.
    """

    runs: Pair
    scenario: Pair
    engine: Pair
    family: Pair
    verdict: Pair
    problem: Pair
    note: str | None
    parameters: Mapping[str, Pair]
    predicted: Pair
    measured: Pair
    checks: Mapping[str, Pair]
    seconds: Mapping[str, Pair]
    resources: Mapping[str, Mapping[str, Pair]]

    def json(self) -> dict[str, Json]:
        """As --json prints it."""
        return asdict(self)


def compared(first: Run, second: Run) -> Comparison:
    """What there is to say of two runs."""
    one, two = first.record, second.record
    checks = _pairs(*({check.name: check.result for check in run.checks} for run in (one, two)))
    return Comparison(
        runs=(one.run, two.run),
        scenario=(one.scenario, two.scenario),
        engine=(one.engine, two.engine),
        family=(first.family, second.family),
        verdict=(one.verdict, two.verdict),
        problem=(one.problem, two.problem),
        note=_note(first, second),
        parameters=_differing(_pairs(one.parameters, two.parameters)),
        predicted=(one.predicted, two.predicted),
        measured=(one.measured, two.measured),
        checks=_differing(checks),
        seconds=_pairs(one.seconds, two.seconds),
        resources=_resources(first, second),
    )


def ratio(pair: Pair) -> float | None:
    """How many times the first the second is; None where that says nothing."""
    one, two = pair
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in pair)
    return two / one if numbers and one > 0 else None


def _note(first: Run, second: Run) -> str | None:
    one, two = first.record.scenario, second.record.scenario
    if first.family and first.family == second.family:
        return None
    kinds = [run.family or "an unknown kind" for run in (first, second)]
    return (
        f"{one} is of the family {kinds[0]} and {two} of {kinds[1]}: they predict and measure different things, "
        "which cannot be compared; what the lab knows of every run can"
    )


def _pairs(one: Mapping[str, Any], two: Mapping[str, Any]) -> dict[str, Pair]:
    return {key: (one.get(key), two.get(key)) for key in dict.fromkeys((*one, *two))}


def _differing(pairs: Mapping[str, Pair]) -> dict[str, Pair]:
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _resources(first: Run, second: Run) -> dict[str, dict[str, Pair]]:
    """Those of services that either has been looked at."""
    taken = [_taken(run.evidence) for run in (first, second)]
    return {name: _pairs(*(one.get(name, {}) for one in taken)) for name in _names(taken)}


def _names(taken: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    return dict.fromkeys(name for one in taken for name in one)


def _taken(evidence: Evidence | None) -> dict[str, dict[str, float]]:
    found = {
        name: {what: value for what, of in resources.ALL.items() if (value := of(service)) is not None}
        for name, service in (evidence.services if evidence else {}).items()
    }
    return {name: values for name, values in found.items() if values}
