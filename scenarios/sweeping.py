"""Carries a sweep out: its points one after the other, each noted when it has ended, and what they amount to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios import record, rundirs, spec
from scenarios.errors import EvidenceError, LabError, Unavailable, UsageError
from scenarios.failures import ERROR
from scenarios.families.base import Known, Prediction
from scenarios.phases import Phases
from scenarios.predicting import unmeasured
from scenarios.preparation import check_limits
from scenarios.quantities import CostCurve, Json
from scenarios.record import Record
from scenarios.scenario import Scenario
from scenarios.series import Follower, How, carried_out
from scenarios.sweeps import analysis, estimate, kept, measures
from scenarios.sweeps.analysis import Ran
from scenarios.sweeps.kept import MeasureKept, PointKept, Sweep
from scenarios.sweeps.plan import Plan, Point

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.engines.base import Engine


@dataclass(frozen=True)
class _Ended:
    record: Record
    kept: PointKept


class Sweeping:
    """A sweep under way: `directory` is where it is kept, `command` begins it anew."""

    def __init__(self, plan: Plan, cost: CostCurve, engine: Engine, command: str) -> None:
        """Predicts every point, which starts nothing; raises UsageError for one that makes no sense."""
        self.plan, self.cost, self.engine, self.command = plan, cost, engine, command
        self.scenario = plan.points[0].scenario.name
        self._predictions = [self._predict(point.scenario) for point in plan.points]
        self._file = hashlib.sha256(spec.file_of(plan.name).read_bytes()).hexdigest()
        self._begun = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
        self._ended: dict[int, _Ended] = {}
        self.directory = rundirs.RUNS / kept.FOLDER / f"{engine.name}-{self.scenario}-{self._which()}"

    def _which(self) -> str:
        """What tells it from others of the scenario; what is drawn of it does not."""
        about = [{one.name: one.values for one in self.plan.dimensions}, dict(self.plan.fixed)]
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:8]

    def _predict(self, scenario: Scenario) -> Prediction:
        platforms = {name: self.engine.platform(service) for name, service in scenario.services.items()}
        return self.plan.family.predict(Known(scenario, platforms, None, self.engine.limits))

    def _foresee(self, point: Point, number: float) -> Json:
        return self._predict(self.plan.moved(point, number)).expected[ERROR.key].json()

    @property
    def records(self) -> dict[int, Record]:
        """Those of the points that have ended, by their numbers in the plan."""
        return {number: self._ended[number].record for number in sorted(self._ended)}

    @property
    def ahead(self) -> list[int]:
        """The numbers of the points that have not ended."""
        return [number for number in range(len(self.plan.points)) if number not in self._ended]

    def take_over(self) -> None:
        """Takes over the points that an earlier sweep of the same ended, from a scenario's file that is as it was.

        What was noted and cannot be understood is run again, and so is what the lab could not tell.
        """
        with suppress(LabError):
            before = kept.load(self.directory)
            self._begun = before.begun
            for one in before.points if before.file == self._file else ():
                with suppress(LabError, StopIteration):
                    number = next(n for n, point in enumerate(self.plan.points) if point.swept == one.parameters)
                    if one.run and one.verdict != "error":
                        done = record.load(Path(one.run))
                        self._end(number, replace(done, seconds={**done.seconds, "total": one.seconds}))

    def skipped(self) -> Iterator[tuple[int, Record]]:
        """The points that this machine cannot give the limits that they ask for; they are over with that."""
        for number in self.ahead:
            reason = self._impossible(self.plan.points[number].scenario)
            if reason:
                yield self._note(number, self._unmeasured(number, reason))

    def carried_out(self, timeout: float | None, follower: Follower) -> Generator[tuple[int, Record]]:
        """What is left, one point after the other; each is noted before it is told. Raises EvidenceError."""
        ahead = self.ahead
        try:
            scenarios = [self.plan.points[number].scenario for number in ahead]
            with closing(carried_out(scenarios, How(self.engine.name, timeout, in_turn=True), follower)) as ended:
                for number, one in zip(ahead, ended, strict=True):
                    yield self._note(number, one)
        finally:
            if self._ended:  # else what an earlier one has come to is worth more
                kept.save(self.told(), self.directory)

    def _impossible(self, scenario: Scenario) -> str | None:
        """Why this machine cannot give a point the limits that it asks for."""
        try:
            check_limits(scenario, self.engine)
        except (UsageError, Unavailable) as reason:
            return str(reason)
        return None

    def _unmeasured(self, number: int, reason: str) -> Record:
        scenario, prediction = self.plan.points[number].scenario, self._predictions[number]
        return unmeasured(scenario, self.engine.name, prediction, "skip", reason, Phases())

    def _note(self, number: int, done: Record) -> tuple[int, Record]:
        self._end(number, done)
        kept.save(self._so_far(), self.directory)
        return number, done

    def _end(self, number: int, done: Record) -> None:
        try:
            value = measures.taken(self.cost, done)
        except EvidenceError:  # of a run that did not come so far
            value = None
        point = PointKept(
            parameters=self.plan.points[number].swept,
            at=self.plan.at(self.plan.points[number]),
            verdict=done.verdict,
            problem=done.problem,
            run=done.run,
            seconds=done.seconds["total"],
            predicted=self._predictions[number].expected[ERROR.key].json(),
            measured=(done.measured or {}).get(ERROR.key),
            value=value,
        )
        self._ended[number] = _Ended(done, point)

    def left(self) -> float | None:
        """About how many seconds the points ahead will take."""
        points = self.plan.points
        done = [(self.plan.at(points[n]), one.kept.seconds) for n, one in self._ended.items() if one.record.run]
        return estimate.left(done, [self.plan.at(points[number]) for number in self.ahead])

    def _so_far(self) -> Sweep:
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
            points=tuple(self._ended[number].kept for number in sorted(self._ended)),
            complete=not self.ahead,
        )

    def told(self) -> Sweep:
        """What the points amount to that have ended."""
        ran = self._ran()
        return replace(
            self._so_far(),
            curves=analysis.curves(self.plan, self.cost, ran),
            cliffs=analysis.cliffs(self.plan, ran, self._foresee),
        )

    def _ran(self) -> Sequence[Ran]:
        return [Ran(self.plan.points[number], self._ended[number].kept) for number in sorted(self._ended)]
