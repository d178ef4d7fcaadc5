"""The command that runs one scenario for many values of its parameters, and shows how its cost grows."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

from scenarios.commands import standard_streams
from scenarios.commands.batch import prepare_all
from scenarios.commands.command import say
from scenarios.commands.scenario import Options, connect, positive
from scenarios.errors import Interrupted
from scenarios.pipeline.sweeps import estimate, measures, plan
from scenarios.pipeline.sweeps.runner import SweepRunner
from scenarios.report import junit, sweep_page
from scenarios.report import sweep as report
from scenarios.report.live_table import Screen
from scenarios.report.terminal import console
from scenarios.results import record, run_directories, sweep_record


@dataclass(frozen=True)
class SweepRequest:
    """A sweep as the user typed it. `resume` leaves out the points that the last such sweep finished."""

    name: str
    given: Mapping[str, str]
    points: str | None = None
    measure: str | None = None
    resume: bool = False

    @property
    def count(self) -> int | None:
        """The number of values in a range, None for the default; raises UsageError."""
        number = positive("--points", self.points, int)
        return None if number is None else int(number)

    def command(self, options: Options) -> str:
        flags = {"--points": self.points, "--measure": self.measure, "--engine": options.engine}
        pairs = [("--set", f"{name}={text}") for name, text in self.given.items()]
        pairs += [(flag, value) for flag, value in (*flags.items(), ("--timeout", options.timeout)) if value]
        return shlex.join(["./inv", "sweep", self.name, *(part for pair in pairs for part in pair)])


class PointProgress:
    """Shows the progress of each point under the point's label: all points are of the same scenario."""

    def __init__(self, screen: Screen, labels: Iterable[str]) -> None:
        """`labels` are in the order in which the points begin."""
        self._screen, self._labels, self._now = screen, iter(labels), ""

    def begins(self, name: str) -> None:  # noqa: ARG002 - the same for all points
        self._now = next(self._labels)
        self._screen.begins(self._now)

    def doing(self, name: str, what: str) -> None:  # noqa: ARG002 - as above
        self._screen.doing(self._now, what)

    def goes_on(self) -> None:
        self._screen.goes_on()


def sweep(request: SweepRequest, options: Options) -> int:
    """Runs the points one by one and shows the result; returns the exit status of the worst verdict."""
    options.check()
    its_plan = plan.make_plan(request.name, request.given, request.count)
    cost = measures.choose(its_plan.family, request.measure)
    engine = connect(options)
    runner = SweepRunner(its_plan, cost, engine, request.command(options))
    with sweep_record.alone(runner.directory):
        if request.resume:
            runner.resume()
        prepare_all([point.scenario for point in its_plan.points[:1]], engine, options)
        try:
            _run(runner, options)
        except Interrupted:
            total = len(its_plan.points)
            done = total - len(runner.remaining)
            say(f"{done} of {total} points are done; continue with: `{runner.command} --resume`")
            raise
        _show(runner, options)
    return record.worst([*runner.records.values()]).exit_status


def _run(runner: SweepRunner, options: Options) -> None:
    """Runs the points and prints a line for each, with an estimate of the time that is left."""
    labels = _labels(runner)
    with Screen(len(runner.plan.points), options.as_json) as screen:
        for number, one in runner.skipped():
            screen.ended(replace(one, scenario=labels[number]), console())
        progress = PointProgress(screen, [labels[number] for number in runner.remaining])
        with closing(runner.run(options.seconds, progress)) as finished:
            for number, one in finished:
                screen.ended(replace(one, scenario=labels[number]), console(), estimate.in_words(runner.seconds_left()))
                if standard_streams.stdout_is_closed():
                    break


def _labels(runner: SweepRunner) -> list[str]:
    """The points' labels on the screen, padded to the same width."""
    width = max(len(point.label) for point in runner.plan.points)
    return [point.label.ljust(width) for point in runner.plan.points]


def _show(runner: SweepRunner, options: Options) -> None:
    points = runner.plan.points
    named = [replace(one, scenario=f"{one.scenario}: {points[n].label}") for n, one in runner.records.items()]
    path = runner.directory / junit.JUNIT_FILE
    with run_directories.writing("the JUnit file cannot be written"):
        junit.write(named, path)
    result = runner.result()
    page = sweep_page.write(runner.directory)
    if options.as_json:
        print(sweep_record.to_json(result))
        return
    report.show(result, console())
    print(f"  {sweep_record.FILE} and {path.name} are beside the page: {page}")
