"""The command that runs one scenario, and the options that it shares with `--all` and `sweep`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scenarios.commands import standard_streams, start_time
from scenarios.definition import catalog
from scenarios.definition.parameters import BY_TYPE
from scenarios.engines import choose
from scenarios.engines.base import Engine
from scenarios.errors import LabError, UsageError
from scenarios.pipeline import leftovers
from scenarios.pipeline.experiment import Experiment, Setup, run_repeatedly
from scenarios.pipeline.timings import Timings
from scenarios.report.terminal import TerminalAudience
from scenarios.results import record, run_directories
from scenarios.results.record import Record


def parameters(clients: str | None, nofile: str | None, settings: Sequence[str]) -> dict[str, str]:
    """The parameters given on the command line. `settings` are the values of --set.

    Raises UsageError if one is not of the form `name=value`, or a parameter is given twice.
    """
    given = {name: value for name, value in (("clients", clients), ("nofile", nofile)) if value is not None}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not (name and equals and value):
            raise UsageError(f"--set {setting!r}: write a parameter and its value, such as --set clients=100")
        if name in given:
            raise UsageError(f"--set {setting!r}: {name} is given twice; give it once")
        given[name] = value
    return given


def positive(flag: str, text: str | None, kind: type) -> int | float | None:
    """The number that `text` gives for a flag, None without one; raises UsageError if it is not greater than 0."""
    if text is None:
        return None
    number = BY_TYPE[kind].convert(flag, text)
    if not isinstance(number, int | float) or number <= 0:
        raise UsageError(f"{flag} is {text}: it must be greater than 0")
    return number


@dataclass(frozen=True)
class Options:
    """How to run a scenario. `repeat` and `timeout` are texts, as the user typed them."""

    engine: str | None = None
    keep: bool = False
    as_json: bool = False
    repeat: str | None = None
    dry_run: bool = False
    timeout: str | None = None
    verbose: bool = False

    @property
    def times(self) -> int:
        """How many runs to make; raises UsageError."""
        return int(positive("--repeat", self.repeat, int) or 1)

    @property
    def seconds(self) -> float | None:
        """The time after which a run counts as hung; None: the scenario's own. Raises UsageError."""
        return positive("--timeout", self.timeout, float)

    def check(self) -> None:
        """Raises UsageError if a text is not a number."""
        _ = self.times, self.seconds


def scenario(name: str, given: Mapping[str, str], options: Options) -> int:
    """Runs a scenario once or several times; returns the exit status of the worst verdict."""
    options.check()
    chosen = catalog.load(name, given)
    records: list[Record] = []
    with setup(options) as its_setup:
        for done in run_repeatedly(Experiment(chosen, its_setup, Timings(start_time.began())), options.times):
            records.append(done)
            if done.run and its_setup.engine and options.keep and not options.as_json:
                print(f"  {_kept(its_setup.engine, done.run, next(iter(chosen.services)))}")
            if standard_streams.stdout_is_closed():
                break  # This run has its verdict; nobody waits for the others.
    worst = record.worst(records)
    if options.as_json:
        print(record.to_json(worst))
    elif len(records) > 1:
        print(f"{len(records)} runs: {record.counted(records)}")
    return worst.exit_status


def _kept(engine: Engine, directory: str, service: str) -> str:
    """Whether a run with --keep is still there: if an error ends it, it is removed."""
    with suppress(LabError):  # if the engine does not answer, it may still have the run
        if not leftovers.is_kept(engine, run_directories.run_of(Path(directory))):
            return "not kept: an error ended the run, and everything was removed"
    return f"kept: look inside with ./inv shell {service}, remove it with ./inv down"


@contextmanager
def setup(options: Options) -> Iterator[Setup]:
    """The engine, audience and limits that the options ask for; raises UsageError or EngineUnavailable."""
    audience = TerminalAudience(quiet=options.as_json, verbose=options.verbose)
    try:
        yield Setup(None if options.dry_run else connect(options), audience, options.keep, options.seconds)
    finally:
        audience.close()


def connect(options: Options) -> Engine:
    """The engine, once it is free of what killed runs left. Warns if the engine does not isolate programs.

    Raises UsageError or EngineUnavailable.
    """
    engine = choose.connect(options.engine)
    if engine.not_isolated:
        why = "" if choose.is_asked_for(options.engine) else "no Docker Engine answers, so "
        print(f"iolab: {why}this runs on the {engine.name} engine; {engine.not_isolated}", file=sys.stderr)
    leftovers.sweep(engine)
    return engine
