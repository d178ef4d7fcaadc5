"""The pipeline of one experiment: predict, prepare, run, measure, check, judge."""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from threading import Thread
from typing import Protocol

from images.store import BuildProgress
from scenarios import families
from scenarios.definition.scenario import LIMITS, Scenario
from scenarios.engines.base import Engine, Session
from scenarios.errors import EvidenceError, LabFailure, LimitRefused, OutOfTime, Unavailable, UsageError
from scenarios.families.base import Family, Known, Prediction, measure, predict
from scenarios.judging import verdict
from scenarios.pipeline import leftovers
from scenarios.pipeline.preflight import check_limits, prepare, refused
from scenarios.pipeline.run import sampler
from scenarios.pipeline.run.drive import Plan, Watch, living
from scenarios.pipeline.run.noting import NotingWatch
from scenarios.pipeline.timings import Timings
from scenarios.pipeline.unmeasured import NO_ENGINE, unmeasured
from scenarios.results import crash_report, manifest, record, run_directories
from scenarios.results.evidence import Evidence
from scenarios.results.record import Record, Status

# A run gets at least this many times the waiting time that the family predicts.
PATIENCE = 3


class Audience(Watch, BuildProgress, Protocol):
    """Is told what happens during an experiment. The terminal is one."""

    def predicted(self, scenario: Scenario, prediction: Prediction) -> None:
        """The prediction, before anything is started."""

    def finished(self, scenario: Scenario, record: Record) -> None:
        """The record, at the end, also of an experiment that was only predicted or could not start."""


@dataclass(frozen=True)
class Setup:
    """Without an engine an experiment is only predicted. `timeout` is in seconds (None: the scenario's own)."""

    engine: Engine | None
    audience: Audience
    keep: bool = False
    timeout: float | None = None


@dataclass(frozen=True)
class Experiment:
    """A scenario and its setup. `checks` are test modules to run in addition to the family's."""

    scenario: Scenario
    setup: Setup
    timings: Timings = field(default_factory=Timings)
    checks: tuple[Path, ...] = ()

    @property
    def family(self) -> Family:
        return families.find(self.scenario.family)

    @property
    def engine(self) -> Engine:
        assert self.setup.engine is not None, "an experiment without an engine is predicted only"
        return self.setup.engine

    def predict(self, evidence: Evidence | None = None) -> Prediction:
        """The prediction. With the run's evidence it uses what the programs calibrated in that run."""
        engine = self.setup.engine
        platform = engine.platform if engine else attrgetter("platform")
        platforms = {name: platform(service) for name, service in self.scenario.services.items()}
        return predict(self.family, Known(self.scenario, platforms, evidence, engine.limits if engine else LIMITS))


@dataclass(frozen=True)
class Run:
    """An experiment in progress. `image_ids` has the id of each image by its name."""

    experiment: Experiment
    prediction: Prediction
    id: str
    directory: Path
    image_ids: Mapping[str, str]

    @cached_property
    def watch(self) -> Watch:
        return NotingWatch(self.experiment.setup.audience, self.directory)


def run_repeatedly(experiment: Experiment, times: int) -> Iterator[Record]:
    """Runs an experiment `times` times, one after the other. Raises UsageError only."""
    for number in range(1, times + 1):
        if times > 1:
            experiment.setup.audience.doing(f"run {number} of {times}")
        yield run_experiment(experiment if number == 1 else replace(experiment, timings=Timings()))


def run_experiment(experiment: Experiment) -> Record:
    """Runs one experiment, and saves everything as soon as it is known. Raises UsageError only."""
    result = _predict_and_run(experiment)
    experiment.setup.audience.finished(experiment.scenario, result)
    return result


def _predict_and_run(experiment: Experiment) -> Record:
    try:
        prediction = experiment.predict()
    except UsageError as error:
        if experiment.scenario.given:
            raise
        # The catalog, not the user, asks for something that this platform lacks, such as epoll on macOS.
        return _unmeasured(experiment, None, "skip", str(error))
    sampler.period()  # a wrong one is told before anything starts
    experiment.setup.audience.predicted(experiment.scenario, prediction)
    if experiment.setup.engine is None:
        return _unmeasured(experiment, prediction, "skip", record.DRY_RUN)
    run: Run | None = None
    try:
        with experiment.timings.timed("prepare"):
            check_limits(experiment.scenario, experiment.engine)
            image_ids = prepare(experiment.scenario, experiment.engine, experiment.setup.audience)
        run = Run(experiment, prediction, *run_directories.create(experiment.scenario.name), image_ids)
        return _run(run)
    # Also in the middle of a run: this machine may not let the lab look at something, the engine may refuse a limit.
    except (Unavailable, LabFailure) as problem:
        told = refused(experiment.scenario, str(problem)) if isinstance(problem, LimitRefused) else problem
        if isinstance(told, UsageError):
            if run:
                leftovers.unmark_if_gone(experiment.engine, run.id)
            raise told from problem
        cause = type(told).__name__ if isinstance(told, LabFailure) else None
        broken = _unmeasured(experiment, prediction, "error" if cause else "skip", str(told), cause)
        return _saved(broken, run)


def _saved(result: Record, run: Run | None) -> Record:
    """The record of an experiment that broke off; it is saved if a run had begun."""
    if run is None:
        return result
    result = replace(result, run=str(run.directory))
    if result.verdict == "skip":
        leftovers.unmark_if_gone(run.experiment.engine, run.id)
    with suppress(EvidenceError):  # if the disk is full, the record says so already
        _save_and_draw(run, result)
    return result


def _run(run: Run) -> Record:
    experiment, scenario = run.experiment, run.experiment.scenario
    Thread(target=_import_late_modules, daemon=True).start()
    run_directories.mark(run.id, experiment.engine.name)
    predicted, cliffs = run.prediction.json(), experiment.family.cliffs(scenario)
    manifest.save(scenario, experiment.engine.name, predicted, run.prediction.reason, cliffs, run.directory)
    timeout = experiment.setup.timeout or max(scenario.timeout, PATIENCE * run.prediction.waiting)
    plan = Plan(scenario, run.id, run.directory, timeout, experiment.setup.keep, run.image_ids)
    with living(experiment.engine, plan, run.watch) as (evidence, session):
        result = _judged(run, evidence, session)
        record.save(result, run.directory)
        run.watch.doing(
            "keeping the containers" if experiment.setup.keep else "removing the run's containers or processes"
        )
        judged = time.monotonic()
    if session.removed or experiment.setup.keep:
        run_directories.unmark(run.id)
    removal = {} if experiment.setup.keep else {"remove": round(time.monotonic() - judged, 4)}
    result = replace(result, seconds=experiment.timings.seconds({**evidence.seconds, **removal}))
    _save_and_draw(run, result, evidence)
    return result


def _save_and_draw(run: Run, result: Record, evidence: Evidence | None = None) -> None:
    """If drawing the page fails, it reports the error and the verdict stands. Raises EvidenceError."""
    from scenarios.report import page

    record.save(result, run.directory)
    try:
        page.write(run.directory, result, evidence, run.experiment.scenario)
    except Exception as error:
        text = str(error) if isinstance(error, LabFailure) else crash_report.report(error)
        run.experiment.setup.audience.doing(f"the page was not drawn: {text}")


def _judged(run: Run, evidence: Evidence, session: Session) -> Record:
    """Measures, makes the checks on the live machines if the run is complete, and judges."""
    experiment = run.experiment
    try:
        prediction = experiment.predict(evidence)
        measured = measure(experiment.family, evidence)
    except EvidenceError:
        if evidence.problem is None:
            raise
        # The events are incomplete because the run could not finish, and the reason for that says more.
        broken = _unmeasured(experiment, run.prediction, "error", evidence.problem, evidence.cause)
        return replace(broken, run=str(run.directory))
    checks: tuple[record.Check, ...] = ()
    if evidence.problem is None:
        from scenarios.judging.checks import run_checks

        run.watch.doing("checking")
        with experiment.timings.timed("check"):
            checks = run_checks(evidence, prediction, measured, session, run.directory, experiment.checks)
    status, why = verdict.judge(experiment.family.quantities, prediction, measured, checks, evidence.problem)
    cause = OutOfTime.__name__ if prediction.late and status == "error" else evidence.cause
    base = unmeasured(experiment.scenario, evidence.engine, prediction, status, why, experiment.timings, cause)
    return replace(
        base,
        run=str(run.directory),
        measured=measured,
        checks=checks,
        seconds=experiment.timings.seconds(evidence.seconds),
    )


def _import_late_modules() -> None:
    """Imports what checks and draws while the containers start. A dry run does without.

    That is why this module imports them inside functions: a dry run takes 279 ms of CPU, with them at the top 475 ms
    (medians of nine).
    """
    with suppress(BaseException):  # the run imports the same modules itself, and reports what is wrong with them
        import pydantic_core  # noqa: F401

        import scenarios.judging.checks
        import scenarios.report.page  # noqa: F401
        from scenarios.report import templating

        templating.load()


def _unmeasured(
    experiment: Experiment, prediction: Prediction | None, status: Status, why: str, cause: str | None = None
) -> Record:
    engine = experiment.setup.engine
    name = engine.name if engine else NO_ENGINE
    return unmeasured(experiment.scenario, name, prediction, status, why, experiment.timings, cause)
