"""Compares two runs: their parameters, predictions, measurements, checks and costs. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scenarios.judging.quantities import Json
from scenarios.results import usage
from scenarios.results.evidence import Evidence
from scenarios.results.record import Record
from scenarios.system.files import is_number

# A value of the first run and of the second; None if that run has no such value.
Pair = tuple[Any, Any]


@dataclass(frozen=True)
class Run:
    """One of the two. `evidence` is None if the run could not begin; `family` is None if it is not known."""

    record: Record
    evidence: Evidence | None
    family: str | None


@dataclass(frozen=True)
class Comparison:
    """Pairs of both runs' values; `parameters` and `checks` have only those that differ.

    `predicted` and `measured` are by quantity. `note` says why they cannot be compared; None if they can. `seconds`
    are by phase, `resources` by service and resource.
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
        return asdict(self)


def compared(first: Run, second: Run) -> Comparison:
    """The comparison of two runs."""
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
    """The second value divided by the first; None if that is no number."""
    one, two = pair
    return two / one if is_number(one) and is_number(two) and one > 0 else None


def _note(first: Run, second: Run) -> str | None:
    one, two = first.record.scenario, second.record.scenario
    if first.family and first.family == second.family:
        return None
    kinds = [f"family {run.family}" if run.family else "an unknown family" for run in (first, second)]
    return (
        f"{one} is of {kinds[0]}, {two} of {kinds[1]}. They predict and measure different things, "
        "so only what the lab knows of every run is compared"
    )


def _pairs(one: Mapping[str, Any], two: Mapping[str, Any]) -> dict[str, Pair]:
    return {key: (one.get(key), two.get(key)) for key in dict.fromkeys((*one, *two))}


def _differing(pairs: Mapping[str, Pair]) -> dict[str, Pair]:
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _resources(first: Run, second: Run) -> dict[str, dict[str, Pair]]:
    one, two = (_usage(run.evidence) for run in (first, second))
    return {name: _pairs(one.get(name, {}), two.get(name, {})) for name in dict.fromkeys((*one, *two))}


def _usage(evidence: Evidence | None) -> dict[str, dict[str, float]]:
    """By service and resource; without services that were never sampled."""
    used = {
        name: {what: value for what, usage_of in usage.ALL.items() if (value := usage_of(service)) is not None}
        for name, service in (evidence.services if evidence else {}).items()
    }
    return {name: values for name, values in used.items() if values}
