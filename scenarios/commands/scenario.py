"""The command that runs a scenario: what tasks.py calls for it. It returns an exit status."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios import spec
from scenarios.commands import started, streams
from scenarios.errors import UsageError
from scenarios.parameters import BY_TYPE
from scenarios.phases import Phases
from scenarios.scenario import Scenario

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.engines.base import Engine
    from scenarios.record import Record
    from scenarios.report.terminal import TerminalAudience


def parameters(clients: str | None, nofile: str | None, settings: Sequence[str]) -> dict[str, str]:
    """The parameters given on the command line; `settings` are those of --set.

    Raises UsageError for what is no `key=value`.
    """
    given = {name: value for name, value in (("clients", clients), ("nofile", nofile)) if value is not None}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not (name and equals and value):
            raise UsageError(f"--set {setting!r}: it must be a parameter and its value, such as --set clients=100")
        if name in given:
            raise UsageError(f"--set {setting!r}: {name} is given twice")
        given[name] = value
    return given


def positive(flag: str, text: str | None, kind: type) -> int | float | None:
    """A flag's number, greater than 0; raises UsageError."""
    if text is None:
        return None
    number = BY_TYPE[kind].convert(flag, text)
    if not isinstance(number, int | float) or number <= 0:
        raise UsageError(f"{flag} is {text}: it must be greater than 0")
    return number


@dataclass(frozen=True)
class Options:
    """How a scenario is run, as it stands on the command line: `repeat` and `timeout` are the user's own words."""

    engine: str | None = None
    keep: bool = False
    as_json: bool = False
    repeat: str | None = None
    dry_run: bool = False
    timeout: str | None = None

    @property
    def times(self) -> int:
        """How often it is run; raises UsageError."""
        return int(positive("--repeat", self.repeat, int) or 1)

    @property
    def seconds(self) -> float | None:
        """After how many it counts as hung, None for as many as the scenario says; raises UsageError."""
        return positive("--timeout", self.timeout, float)

    def check(self) -> None:
        """Raises UsageError for what cannot be read, before anything is begun."""
        _ = self.times, self.seconds


def scenario(name: str, given: Mapping[str, str], options: Options) -> int:
    """Runs a scenario, once or several times, and shows what came of it; the worst verdict gives the exit status."""
    from scenarios.report.terminal import TerminalAudience

    options.check()
    experiment = spec.load(name, given)
    audience = TerminalAudience(quiet=options.as_json)
    try:
        if options.dry_run:
            from scenarios.predicting import predict_only

            return _show([predict_only(experiment, audience, Phases(started.began()))], experiment, options)
        return _show(_run(experiment, audience, options), experiment, options)
    finally:
        audience.close()


def _run(experiment: Scenario, audience: TerminalAudience, options: Options) -> list[Record]:
    """Carries it out as often as is asked for, and shows each run when it is over."""
    from scenarios.experiment import Experiment, carry_out

    engine = connect(options)
    records: list[Record] = []
    for number in range(1, options.times + 1):
        if options.times > 1:
            audience.doing(f"run {number} of {options.times}")
        phases = Phases(started.began() if number == 1 else None)
        records.append(carry_out(Experiment(experiment, engine, audience, options.keep, options.seconds, phases)))
        if not options.as_json:
            audience.close()
            _print(records[-1], experiment)
            _tell_what_is_kept(records[-1], experiment, options)
        if streams.reader_has_left():
            break  # The run under way came to its verdict; nobody waits for the others.
    return records


def connect(options: Options) -> Engine:
    """The engine, swept, after saying what it does not keep apart; raises UsageError, EngineUnavailable."""
    from scenarios import leftovers
    from scenarios.engines import choose

    engine = choose.connect(options.engine)
    if engine.not_isolated:
        why = "" if choose.is_asked_for(options.engine) else "no Docker Engine answers, so "
        print(f"iolab: {why}this runs on the {engine.name} engine; {engine.not_isolated}", file=sys.stderr)
    leftovers.sweep(engine)
    return engine


def _tell_what_is_kept(result: Record, experiment: Scenario, options: Options) -> None:
    if options.keep and result.run:
        print(f"  kept: ./inv shell {next(iter(experiment.services))} looks inside, ./inv down removes it")


def _print(result: Record, experiment: Scenario) -> None:
    from scenarios.report.terminal import console, show

    show(result, experiment, console())


def _show(records: Sequence[Record], experiment: Scenario, options: Options) -> int:
    from scenarios import record

    worst = record.worst(records)
    if options.as_json:
        print(record.to_json(worst))
    elif records[0].engine == "none":
        _print(worst, experiment)
    if len(records) > 1 and not options.as_json:
        counted = ", ".join(
            f"{sum(r.verdict == v for r in records)} {v}"
            for v in record.EXIT_STATUS
            if any(r.verdict == v for r in records)
        )
        print(f"{len(records)} runs: {counted}")
    return worst.exit_status
