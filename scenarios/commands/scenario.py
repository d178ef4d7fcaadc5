"""The command that runs a scenario: what tasks.py calls for it. It returns an exit status."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scenarios import spec
from scenarios.commands import started, streams
from scenarios.errors import UsageError
from scenarios.parameters import BY_TYPE
from scenarios.phases import Phases
from scenarios.scenario import Scenario

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
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


def scenario(
    name: str,
    given: Mapping[str, str],
    *,
    engine: str | None,
    keep: bool,
    as_json: bool,
    repeat: str | None,
    dry_run: bool,
    timeout: str | None,
) -> int:
    """Runs a scenario, once or `repeat` times, and shows what came of it; the worst verdict gives the exit status."""
    from scenarios.report.terminal import TerminalAudience

    times = int(positive("--repeat", repeat, int) or 1)
    seconds = positive("--timeout", timeout, float)
    experiment = spec.load(name, given)
    audience = TerminalAudience(quiet=as_json)
    try:
        if dry_run:
            from scenarios.predicting import predict_only

            return _show([predict_only(experiment, audience, Phases(started.began()))], experiment, as_json)
        return _run(experiment, audience, engine, keep, as_json, times, seconds)
    finally:
        audience.close()


def _run(
    experiment: Scenario,
    audience: TerminalAudience,
    engine_name: str | None,
    keep: bool,
    as_json: bool,
    times: int,
    timeout: float | None,
) -> int:
    from scenarios import leftovers
    from scenarios.engines import choose
    from scenarios.experiment import Experiment, carry_out

    engine = choose.connect(engine_name)
    if engine.not_isolated:
        why = "" if choose.is_asked_for(engine_name) else "no Docker Engine answers, so "
        print(f"iolab: {why}this runs on the {engine.name} engine; {engine.not_isolated}", file=sys.stderr)
    leftovers.sweep(engine)
    records: list[Record] = []
    for number in range(1, times + 1):
        if times > 1:
            audience.doing(f"run {number} of {times}")
        phases = Phases(started.began() if number == 1 else None)
        records.append(carry_out(Experiment(experiment, engine, audience, keep, timeout, phases)))
        if not as_json:
            audience.close()
            _print(records[-1], experiment)
            if keep and records[-1].run:
                print(f"  kept: ./inv shell {next(iter(experiment.services))} looks inside, ./inv down removes it")
        if streams.reader_has_left():
            break  # The run under way came to its verdict; nobody waits for the others.
    return _show(records, experiment, as_json)


def _print(result: Record, experiment: Scenario) -> None:
    from scenarios.report.terminal import console, show

    show(result, experiment, console())


def _show(records: Sequence[Record], experiment: Scenario, as_json: bool) -> int:
    from scenarios import record

    worst = max(records, key=lambda one: (one.verdict == "fail", one.exit_status))
    if as_json:
        print(record.to_json(worst))
    elif records[0].engine == "none":
        _print(worst, experiment)
    if len(records) > 1 and not as_json:
        counted = ", ".join(
            f"{sum(r.verdict == v for r in records)} {v}"
            for v in record.EXIT_STATUS
            if any(r.verdict == v for r in records)
        )
        print(f"{len(records)} runs: {counted}")
    return worst.exit_status
