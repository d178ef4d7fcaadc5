"""One experiment from a scenario to its record: the lab's pipeline, step by step."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Protocol

from scenarios import families, leftovers, outset, record, rundirs, unforeseen, verdict
from scenarios.engines.base import Engine, Session
from scenarios.errors import EvidenceError, LabFailure, Unavailable, UsageError
from scenarios.evidence import Evidence
from scenarios.families.base import Family, Known, Prediction, measure, predict
from scenarios.imagestore import BuildProgress
from scenarios.phases import Phases
from scenarios.predicting import Listener, unmeasured
from scenarios.preparation import check_limits, prepare
from scenarios.record import Record
from scenarios.run.drive import Plan, Watch, living
from scenarios.scenario import Scenario

# A scenario whose predicted waiting alone takes long gets this many times as much.
PATIENCE = 3


class Audience(Listener, Watch, BuildProgress, Protocol):
    """Is told everything while it happens; the terminal is one."""


@dataclass(frozen=True)
class Experiment:
    """What is to be carried out, on what, and who is told.

    `keep` leaves the machines standing; `timeout` is in seconds (None: as the scenario says). `checks` are modules of
    further ones, beside those of the family.
    """

    scenario: Scenario
    engine: Engine
    audience: Audience
    keep: bool = False
    timeout: float | None = None
    phases: Phases = field(default_factory=Phases)
    checks: tuple[Path, ...] = ()

    @property
    def family(self) -> Family:
        """The kind of experiment that it is."""
        return families.find(self.scenario.family)

    def predict(self, evidence: Evidence | None = None) -> Prediction:
        """Theory's word, sharpened by what a run calibrated once there is its evidence."""
        return predict(self.family, Known(self.scenario, self._platforms(), evidence, self.engine.limits))

    def _platforms(self) -> dict[str, str]:
        """Each service's sys.platform."""
        return {name: self.engine.platform(service) for name, service in self.scenario.services.items()}


@dataclass(frozen=True)
class Run:
    """An experiment that is under way: its prediction, its id and its directory, and the images that it uses."""

    experiment: Experiment
    prediction: Prediction
    id: str
    directory: Path
    image_ids: Mapping[str, str]


def carry_out(experiment: Experiment) -> Record:
    """Predicts, prepares, runs, measures, checks, judges; everything is saved as soon as it is known.

    Raises UsageError only.
    """
    try:
        prediction = experiment.predict()
    except UsageError as error:
        if experiment.scenario.given:
            raise
        # The catalog asks for what this platform lacks, such as epoll on macOS; nobody used anything wrongly.
        return _without_run(experiment, None, "skip", str(error))
    experiment.audience.predicted(experiment.scenario, prediction)
    run: Run | None = None
    try:
        with experiment.phases.timed("prepare"):
            check_limits(experiment.scenario, experiment.engine)
            image_ids = prepare(experiment.scenario, experiment.engine, experiment.audience)
        run = Run(experiment, prediction, *rundirs.create(experiment.scenario.name), image_ids)
        return _run(run)
    except Unavailable as reason:  # also of what nobody can look at on this machine, at the end of a run
        if run:
            leftovers.unmark_if_gone(experiment.engine, run.id)
        return _kept(_without_run(experiment, prediction, "skip", str(reason), run.directory if run else None), run)
    except UsageError:  # such as of an engine that may not set so high a limit, in the middle of a run
        if run:
            leftovers.unmark_if_gone(experiment.engine, run.id)
        raise
    except LabFailure as failure:
        told = _without_run(
            experiment, prediction, "error", str(failure), run.directory if run else None, type(failure).__name__
        )
        return _kept(told, run)


def _kept(result: Record, run: Run | None) -> Record:
    """The record, saved if anything was run."""
    if run:
        with suppress(EvidenceError):  # That it cannot be saved is then what the record says.
            record.save(result, run.directory)
            _draw(run, result)
    return result


def _run(run: Run) -> Record:
    experiment, scenario = run.experiment, run.experiment.scenario
    Thread(target=_import_the_rest, daemon=True).start()
    rundirs.mark(run.id, experiment.engine.name)
    outset.save(scenario, experiment.engine.name, run.prediction, run.directory)
    timeout = experiment.timeout or max(scenario.timeout, PATIENCE * run.prediction.waiting)
    plan = Plan(scenario, run.id, run.directory, timeout, experiment.keep, run.image_ids)
    with living(experiment.engine, plan, experiment.audience) as (evidence, session):
        result = _judged(run, evidence, session)
        record.save(result, run.directory)
        experiment.audience.doing("leaving the machines standing" if experiment.keep else "removing everything")
        judged = time.monotonic()
    if session.removed or experiment.keep:
        rundirs.unmark(run.id)
    removal = {} if experiment.keep else {"remove": round(time.monotonic() - judged, 4)}
    result = replace(result, seconds=experiment.phases.seconds({**evidence.seconds, **removal}))
    record.save(result, run.directory)
    _draw(run, result, evidence)
    return result


def _draw(run: Run, result: Record, evidence: Evidence | None = None) -> None:
    """Draws the run's page; whatever is wrong with a page is told, and the verdict stands."""
    from scenarios.report import page

    try:
        page.write(run.directory, result, evidence, run.experiment.scenario)
    except Exception as error:
        told = str(error) if isinstance(error, LabFailure) else unforeseen.told(error)
        run.experiment.audience.doing(f"the page was not drawn: {told}")


def _judged(run: Run, evidence: Evidence, session: Session) -> Record:
    """Measures, runs the checks on the living machines if the run came to its end, and judges."""
    experiment = run.experiment
    try:
        prediction = experiment.predict(evidence)
        measured = measure(experiment.family, evidence)
    except EvidenceError:
        if evidence.problem is None:
            raise
        # Why the run could not finish says more than what its events lack because of that.
        return _without_run(experiment, run.prediction, "error", evidence.problem, run.directory, evidence.cause)
    checks: tuple[record.Check, ...] = ()
    if evidence.problem is None:
        from scenarios.checks import run_checks

        experiment.audience.doing("checking")
        with experiment.phases.timed("check"):
            checks = run_checks(evidence, prediction, measured, session, run.directory, experiment.checks)
    status, why = verdict.judge(experiment.family, prediction, measured, checks, evidence.problem)
    made = unmeasured(experiment.scenario, evidence.engine, prediction, status, why, experiment.phases, evidence.cause)
    return replace(
        made,
        run=str(run.directory),
        measured=measured,
        checks=checks,
        seconds=experiment.phases.seconds(evidence.seconds),
    )


def _import_the_rest() -> None:
    """Imports what saves and draws, pytest and testinfra while machines start; that then costs no time of its own."""
    import pydantic_core  # noqa: F401

    import scenarios.checks
    import scenarios.report.page  # noqa: F401
    from scenarios.report import templating

    templating.load()


def _without_run(
    experiment: Experiment,
    prediction: Prediction | None,
    status: record.Status,
    why: str,
    directory: Path | None = None,
    cause: str | None = None,
) -> Record:
    """The record of an experiment that was not measured."""
    made = unmeasured(experiment.scenario, experiment.engine.name, prediction, status, why, experiment.phases, cause)
    return replace(made, run=str(directory) if directory else None)
