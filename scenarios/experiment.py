"""One experiment from a scenario to its record: the lab's pipeline, step by step."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Protocol

from scenarios import evidence as evidences
from scenarios import outcome, record, rundirs, theory, verdict
from scenarios.engines.base import BuildProgress, Engine, Session
from scenarios.errors import EvidenceError, LabFailure, Unavailable, UsageError
from scenarios.evidence import Evidence
from scenarios.record import Record
from scenarios.run import Watch, living
from scenarios.spec import Scenario
from scenarios.theory import Cost, Prediction

# A scenario whose predicted waiting alone takes long gets this many times as much.
PATIENCE = 3


class Audience(Watch, BuildProgress, Protocol):
    """Is told everything while it happens; the terminal is one."""

    def predicted(self, scenario: Scenario, prediction: Prediction) -> None:
        """Theory has spoken; nothing was started yet."""


@dataclass(frozen=True)
class Options:
    """How to run: `timeout` in seconds (None: as the scenario says), `keep` leaves the machines standing."""

    keep: bool = False
    timeout: float | None = None


def carry_out(scenario: Scenario, engine: Engine, options: Options, audience: Audience) -> Record:
    """Predicts, prepares, runs, measures, checks, judges; everything is saved as soon as it is known.

    Raises UsageError only.
    """
    begun = time.monotonic()
    try:
        prediction = predict(scenario, engine)
    except UsageError as error:
        if set(scenario.given):
            raise
        # The catalog asks for what this platform lacks, such as epoll on macOS; nobody used anything wrongly.
        return without_run(scenario, engine.name, None, "skip", str(error), begun)
    audience.predicted(scenario, prediction)
    run, directory = None, None
    try:
        check_limits(scenario, engine)
        engine.prepare(scenario.services.values(), audience)
        run, directory = rundirs.create(scenario.name)
        return _run(scenario, engine, options, audience, prediction, run, directory, begun)
    except Unavailable as reason:
        return without_run(scenario, engine.name, prediction, "skip", str(reason), begun)
    except LabFailure as failure:
        result = without_run(scenario, engine.name, prediction, "error", str(failure), begun, directory)
        if directory:
            with suppress(EvidenceError):  # That it cannot be saved is then what the record says.
                record.save(result, directory)
        return result


def _run(
    scenario: Scenario,
    engine: Engine,
    options: Options,
    audience: Audience,
    prediction: Prediction,
    run: str,
    directory: Path,
    begun: float,
) -> Record:
    Thread(target=_import_checks, daemon=True).start()
    rundirs.mark(run, engine.name)
    timeout = options.timeout or max(scenario.timeout, PATIENCE * _waiting(prediction))
    with living(
        engine,
        scenario,
        run,
        audience,
        keep=options.keep,
        timeout=timeout,
        save=lambda kept: evidences.save(kept, directory),
    ) as (evidence, session):
        # What the run itself calibrated sharpens what was predicted before it.
        prediction = theory.predict(scenario, platforms(scenario, engine), calibrated(evidence))
        result = _judged(evidence, session, prediction, audience, directory, begun)
        record.save(result, directory)
        audience.doing("leaving the machines standing" if options.keep else "removing everything")
    if session.removed or options.keep:
        rundirs.unmark(run)
    return result


def _judged(
    evidence: Evidence, session: Session, prediction: Prediction, audience: Audience, directory: Path, begun: float
) -> Record:
    """Measures, runs the checks on the living machines if the run came to its end, and judges."""
    measured = outcome.measure(evidence)
    checks: tuple[record.Check, ...] = ()
    if evidence.problem is None:
        from scenarios.checks import run_checks

        audience.doing("checking")
        checks = run_checks(evidence, prediction, measured, session, directory)
    status, why = verdict.judge(prediction.outcome, measured, checks, evidence.problem)
    return Record(
        scenario=evidence.scenario.name,
        engine=evidence.engine,
        run=str(directory),
        parameters=evidence.scenario.parameters,
        predicted=prediction.outcome,
        measured=measured,
        verdict=status,
        checks=checks,
        seconds={**evidence.seconds, "total": round(time.monotonic() - begun, 4)},
        reason=prediction.reason,
        problem=why,
    )


def _import_checks() -> None:
    """Imports pytest and testinfra while the machines start; the import then costs no time of its own."""
    import scenarios.checks  # noqa: F401


def predict(scenario: Scenario, engine: Engine | None) -> Prediction:
    """Theory's word before anything runs."""
    return theory.predict(scenario, platforms(scenario, engine))


def platforms(scenario: Scenario, engine: Engine | None) -> dict[str, str]:
    """Each service's sys.platform, on an engine or, without one, by its image."""
    return {
        name: engine.platform(service) if engine else service.platform for name, service in scenario.services.items()
    }


def calibrated(evidence: Evidence) -> Mapping[str, Cost]:
    """What each fetcher measured of its own cost before it fetched; raises EvidenceError for what is no cost."""
    events = {name: service.last("calibrated") for name, service in evidence.services.items()}
    try:
        return {name: Cost(float(event["cost"]), float(event["cpu"])) for name, event in events.items() if event}
    except (KeyError, TypeError, ValueError) as error:
        raise EvidenceError(f"an event of a program cannot be understood: {error!r}") from error


def _waiting(prediction: Prediction) -> float:
    bounds = (prediction.outcome.seconds or {}).values()
    return sum(bound[1] for bound in bounds if isinstance(bound, tuple))


def check_limits(scenario: Scenario, engine: Engine) -> None:
    """Compares what services need with what the engine can give, before anything starts.

    Raises UsageError when a parameter on the command line asks for too much, Unavailable when the catalog does.
    """
    limit = engine.hard_nofile()
    for service in scenario.services.values():
        if limit is not None and service.nofile > limit.value:
            text = f"{service.name} needs nofile {service.nofile}; the highest here is {limit.value}: {limit.source}"
            if {"nofile", "clients", "urls"} & set(scenario.given):
                raise UsageError(text)
            raise Unavailable(text)


def without_run(
    scenario: Scenario,
    engine: str,
    prediction: Prediction | None,
    status: record.Status,
    why: str,
    begun: float,
    directory: Path | None = None,
) -> Record:
    """The record of an experiment that was not measured."""
    return Record(
        scenario=scenario.name,
        engine=engine,
        run=str(directory) if directory else None,
        parameters=scenario.parameters,
        predicted=prediction.outcome if prediction else None,
        measured=None,
        verdict=status,
        checks=(),
        reason=prediction.reason if prediction else "",
        problem=why,
        seconds={"total": round(time.monotonic() - begun, 4)},
    )
