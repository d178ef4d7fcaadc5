"""The command that runs one scenario over several values of its parameters, and shows what that costs."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

from scenarios import record, rundirs
from scenarios.commands import streams
from scenarios.commands.command import say
from scenarios.commands.everything import prepare_all
from scenarios.commands.scenario import Options, connect, positive
from scenarios.errors import Interrupted
from scenarios.report import junit
from scenarios.report import sweep as report
from scenarios.report.live import Screen
from scenarios.report.terminal import console
from scenarios.sweeping import Sweeping
from scenarios.sweeps import estimate, kept, measures, plan


@dataclass(frozen=True)
class Asked:
    """What shall be swept, as it stands on the command line; with `resume` without the points that have ended."""

    name: str
    given: Mapping[str, str]
    points: str | None = None
    measure: str | None = None
    resume: bool = False

    @property
    def count(self) -> int | None:
        """How many points a range has; raises UsageError."""
        number = positive("--points", self.points, int)
        return None if number is None else int(number)

    def command(self, options: Options) -> str:
        """The command line that asks for this anew."""
        flags = {"--points": self.points, "--measure": self.measure, "--engine": options.engine}
        pairs = [("--set", f"{name}={text}") for name, text in self.given.items()]
        pairs += [(flag, value) for flag, value in (*flags.items(), ("--timeout", options.timeout)) if value]
        return shlex.join(["./inv", "sweep", self.name, *(part for pair in pairs for part in pair)])


class Following:
    """Shows on a screen what the point does that is under way, called by what was varied in it."""

    def __init__(self, screen: Screen, labels: Iterable[str]) -> None:
        """`labels` are those of the points in the order in which they begin."""
        self._screen, self._labels, self._now = screen, iter(labels), ""

    def begins(self, name: str) -> None:  # noqa: ARG002 - all points are of one scenario
        """The next point."""
        self._now = next(self._labels)
        self._screen.begins(self._now)

    def doing(self, name: str, what: str) -> None:  # noqa: ARG002 - as above
        """What it does."""
        self._screen.doing(self._now, what)

    def goes_on(self) -> None:
        """Time passes."""
        self._screen.goes_on()


def sweep(asked: Asked, options: Options) -> int:
    """Runs the points one after the other and shows what they amount to; the worst verdict gives the exit status."""
    options.check()
    made = plan.made(asked.name, asked.given, asked.count)
    cost = measures.chosen(made.family, asked.measure)
    engine = connect(options)
    sweeping = Sweeping(made, cost, engine, asked.command(options))
    if asked.resume:
        sweeping.take_over()
    prepare_all([point.scenario for point in made.points[:1]], engine, options)
    try:
        _run(sweeping, options)
    except Interrupted:
        done = len(made.points) - len(sweeping.ahead)
        say(f"{done} of {len(made.points)} points are done; `{sweeping.command} --resume` goes on with the others")
        raise
    _show(sweeping, options)
    return record.worst([*sweeping.records.values()]).exit_status


def _run(sweeping: Sweeping, options: Options) -> None:
    """Carries the points out, and shows a line for each that ends, with an estimate of what is left."""
    labels = _labels(sweeping)
    with Screen(len(sweeping.plan.points), options.as_json) as screen:
        for number, one in sweeping.skipped():
            screen.ended(replace(one, scenario=labels[number]), console())
        following = Following(screen, [labels[number] for number in sweeping.ahead])
        with closing(sweeping.carried_out(options.seconds, following)) as ended:
            for number, one in ended:
                screen.ended(replace(one, scenario=labels[number]), console(), estimate.in_words(sweeping.left()))
                if streams.reader_has_left():
                    break


def _labels(sweeping: Sweeping) -> list[str]:
    """What each point is called on the screen, all as wide as the longest."""
    width = max(len(point.label) for point in sweeping.plan.points)
    return [point.label.ljust(width) for point in sweeping.plan.points]


def _show(sweeping: Sweeping, options: Options) -> None:
    points = sweeping.plan.points
    named = [replace(one, scenario=f"{one.scenario}: {points[n].label}") for n, one in sweeping.records.items()]
    path = sweeping.directory / junit.JUNIT_FILE
    with rundirs.writing("the JUnit file cannot be written"):
        junit.write(named, path)
    told = sweeping.told()
    if options.as_json:
        print(kept.to_json(told))
        return
    report.show(told, console())
    print(f"  kept: {sweeping.directory / kept.FILE}; JUnit: {path.name} beside it")
