"""Runs a sweep point by point, saves it after each point, and computes its result."""

import hashlib
import json
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from scenarios.definition import catalog
from scenarios.definition.scenario import Scenario
from scenarios.engines.base import Engine
from scenarios.errors import EvidenceError, LabError, Unavailable, UsageError
from scenarios.families.base import Known, Prediction
from scenarios.judging.failures import ERROR
from scenarios.judging.quantities import CostCurve, Json
from scenarios.pipeline.batch import BatchOptions, BatchProgress, run_batch
from scenarios.pipeline.preflight import check_limits
from scenarios.pipeline.sweeps import analysis, estimate, measures
from scenarios.pipeline.sweeps.analysis import FinishedPoint
from scenarios.pipeline.sweeps.plan import Plan, Point
from scenarios.pipeline.timings import Timings
from scenarios.pipeline.unmeasured import unmeasured
from scenarios.results import record, run_directories, sweep_record
from scenarios.results.record import Record
from scenarios.results.sweep_record import MeasureKept, PointKept, Sweep


class SweepRunner:
    """A sweep in progress. It is saved in `directory`; `command` is the command line that repeats it."""

    def __init__(self, plan: Plan, cost: CostCurve, engine: Engine, command: str) -> None:
        """Raises UsageError if a point cannot be predicted."""
        self.plan, self.cost, self.engine, self.command = plan, cost, engine, command
        self.scenario = plan.points[0].scenario.name
        self._predictions = [self._predict(point.scenario) for point in plan.points]
        self._file = catalog.digest(plan.name)
        self._begun = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
        self._finished: dict[int, tuple[Record, PointKept]] = {}
        self.directory = run_directories.RUNS / sweep_record.FOLDER / f"{engine.name}-{self.scenario}-{self._digest()}"
        self._earlier = self._runs_before()

    def _digest(self) -> str:
        """Tells sweeps of the same scenario apart by their values; the measure does not matter."""
        about = [{one.name: one.values for one in self.plan.dimensions}, dict(self.plan.fixed)]
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:8]

    def _runs_before(self) -> list[str]:
        """The runs of the last such sweep and of those before it, as far as they are still there."""
        with suppress(EvidenceError):
            before = sweep_record.load(self.directory)
            runs = [*before.earlier, *(one.run for one in before.points if one.run)]
            return [run for run in runs if Path(run).exists()]
        return []

    def _predict(self, scenario: Scenario) -> Prediction:
        platforms = {name: self.engine.platform(service) for name, service in scenario.services.items()}
        return self.plan.family.predict(Known(scenario, platforms, None, self.engine.limits))

    def _predict_error(self, point: Point, number: float) -> Json:
        return self._predict(self.plan.scenario_at(point, number)).expected[ERROR.key].json()

    @property
    def records(self) -> dict[int, Record]:
        return {number: record for number, (record, _) in sorted(self._finished.items())}

    @property
    def remaining(self) -> list[int]:
        return [number for number in range(len(self.plan.points)) if number not in self._finished]

    def resume(self) -> None:
        """Takes over the finished points of the last such sweep.

        A point is run again if its verdict is `error`, if it cannot be read, or if the scenario's file or the lab's
        code has changed.
        """
        with suppress(LabError):
            before = sweep_record.load(self.directory)
            self._begun = before.begun
            for one in before.points if before.file == self._file else ():
                with suppress(LabError, StopIteration):
                    number = next(n for n, point in enumerate(self.plan.points) if point.swept == one.parameters)
                    if one.run and one.verdict != "error":
                        done = record.load(Path(one.run))
                        self._add(number, replace(done, seconds={**done.seconds, "total": one.seconds}))

    def skipped(self) -> Iterator[tuple[int, Record]]:
        """Finishes the points whose limits this machine cannot give, with the verdict `skip`."""
        for number in self.remaining:
            scenario, prediction = self.plan.points[number].scenario, self._predictions[number]
            try:
                check_limits(scenario, self.engine)
            except (UsageError, Unavailable) as reason:
                skip = unmeasured(scenario, self.engine.name, prediction, "skip", str(reason), Timings())
            else:
                continue
            yield self._save(number, skip)

    def run(self, timeout: float | None, progress: BatchProgress) -> Generator[tuple[int, Record]]:
        """Runs the remaining points one by one, and saves and yields each. Raises EvidenceError."""
        remaining = self.remaining
        scenarios = [self.plan.points[number].scenario for number in remaining]
        options = BatchOptions(self.engine.name, timeout, one_by_one=True)
        try:
            with closing(run_batch(scenarios, options, progress)) as finished:
                for number, one in zip(remaining, finished, strict=True):
                    yield self._save(number, one)
        finally:
            if self._finished:  # without a point it must not replace the result of an earlier sweep
                sweep_record.save(self.result(), self.directory)

    def _save(self, number: int, done: Record) -> tuple[int, Record]:
        self._add(number, done)
        sweep_record.save(self._unanalysed(), self.directory)
        return number, done

    def _add(self, number: int, done: Record) -> None:
        try:
            value = measures.value(self.cost, done)
        except EvidenceError:  # the run ended before it had any
            value = None
        point = self.plan.points[number]
        kept = PointKept(
            parameters=point.swept,
            at=self.plan.at(point),
            verdict=done.verdict,
            problem=done.problem,
            run=done.run,
            seconds=done.seconds["total"],
            predicted=self._predictions[number].expected[ERROR.key].json(),
            measured=(done.measured or {}).get(ERROR.key),
            value=value,
        )
        self._finished[number] = (done, kept)

    def seconds_left(self) -> float | None:
        """An estimate of the seconds that the remaining points will take; None before the first is finished."""
        done = [(point.at, point.seconds) for _, point in self._finished.values() if point.run]
        return estimate.seconds_left(done, [self.plan.at(self.plan.points[number]) for number in self.remaining])

    def _unanalysed(self) -> Sweep:
        return Sweep(
            scenario=self.scenario,
            engine=self.engine.name,
            command=self.command,
            begun=self._begun,
            file=self._file,
            swept={one.name: list(one.values) for one in self.plan.dimensions},
            fixed=dict(self.plan.fixed),
            axis=analysis.axis_of(self.plan, self.cost),
            measure=MeasureKept(key=self.cost.key, title=self.cost.title, unit=self.cost.unit),
            points=tuple(kept for _, (_, kept) in sorted(self._finished.items())),
            complete=not self.remaining,
            earlier=tuple(run for run in self._earlier if run not in self._runs()),
        )

    def _runs(self) -> set[str | None]:
        return {kept.run for _, kept in self._finished.values()}

    def result(self) -> Sweep:
        finished = [FinishedPoint(self.plan.points[n], kept) for n, (_, kept) in sorted(self._finished.items())]
        return replace(
            self._unanalysed(),
            curves=analysis.curves(self.plan, self.cost, finished),
            cliffs=analysis.cliffs(self.plan, finished, self._predict_error),
        )
