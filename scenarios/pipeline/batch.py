"""Runs many scenarios in parallel, and one by one those that measure costs, or that had too little time beside others.

Each run has its own process: pytest, which makes the checks, can only run once at a time in a process. The processes
are forked after everything is imported, since the imports take longer than a short run.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Protocol

from scenarios.definition.scenario import Scenario
from scenarios.engines import choose
from scenarios.errors import Interrupted, LabError
from scenarios.families.base import Prediction
from scenarios.pipeline.experiment import Experiment, Setup, run_experiment
from scenarios.pipeline.timings import Timings
from scenarios.pipeline.unmeasured import unmeasured
from scenarios.report import page, templating  # noqa: F401 - every run needs them, and imports them late
from scenarios.results import crash_report
from scenarios.results.events import Event
from scenarios.results.record import Record
from scenarios.system import signals

FORK = multiprocessing.get_context("fork")
RUNS_PER_CPU = 2  # a run spends most of its time waiting for the engine and for timers
# Each run has a network, and the default address pools of a Docker Engine hold about thirty.
MOST_AT_ONCE = 12
TICK = 1.0  # seconds between two calls of `goes_on`
LOST = "the process of this run ended without a result; it may have been killed"


class BatchProgress(Protocol):
    """Shows the progress of a batch."""

    def begins(self, name: str) -> None:
        """A scenario starts."""

    def doing(self, name: str, what: str) -> None:
        """The run of this scenario begins this step."""

    def goes_on(self) -> None:
        """Called about once a second while nothing else happens."""


@dataclass(frozen=True)
class BatchOptions:
    """How to run the scenarios: `engine` is a name, `timeout` is in seconds (None: each scenario's own)."""

    engine: str
    timeout: float | None = None
    one_by_one: bool = False

    @property
    def at_once(self) -> int:
        return 1 if self.one_by_one else min(RUNS_PER_CPU * (os.cpu_count() or 1), MOST_AT_ONCE)


@dataclass
class _Running:
    scenario: Scenario
    process: BaseProcess
    begun: float


def run_batch(scenarios: Sequence[Scenario], options: BatchOptions, progress: BatchProgress) -> Generator[Record]:
    """Runs the scenarios and yields each record when its run ends. Scenarios that must run alone come last.

    A run that had too little time beside the others says nothing of its scenario, so it runs once more, alone, and only
    the record of the second run is yielded. One by one, each runs once, in the order given.

    If an exception or an interrupt ends this, it first waits until every run has removed what it started.
    """
    together = [one for one in scenarios if not one.alone]
    alone = [one for one in scenarios if one.alone]
    again: list[Scenario] = []
    running: dict[Connection, _Running] = {}
    try:
        while together or alone or running:
            while together and len(running) < options.at_once:
                _start(together.pop(0), options, progress, running)
            if alone and not running:
                _start(alone.pop(0), options, progress, running)
            readable = wait(list(running), TICK)
            if not readable:
                progress.goes_on()
            for connection in readable:
                assert isinstance(connection, Connection)
                scenario = running[connection].scenario
                record = _receive(connection, running, progress, options)
                late = record is not None and record.is_out_of_time
                if late and not options.one_by_one and scenario not in again:
                    again.append(scenario)
                    alone.append(scenario)
                    progress.doing(scenario.name, "waits to run again alone: it had too little time")
                elif record is not None:
                    yield record
    except BaseException as error:
        _stop(running, signal.Signals[error.signal_name] if isinstance(error, Interrupted) else signal.SIGTERM)
        raise


def _start(
    scenario: Scenario, options: BatchOptions, progress: BatchProgress, running: dict[Connection, _Running]
) -> None:
    here, there = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_run_in_child, args=(there, scenario, options), name=scenario.name)
    # A signal here would be lost in Python's fork handlers, or leave a process that is not in `running`.
    with signals.held_back():
        process.start()
        running[here] = _Running(scenario, process, time.monotonic())
    there.close()  # the child has the only writing end, so its end gives EOF
    progress.begins(scenario.name)


def _receive(
    connection: Connection, running: dict[Connection, _Running], progress: BatchProgress, options: BatchOptions
) -> Record | None:
    """Receives one message of a child: a line of progress, or its record, after which the child ends."""
    run = running[connection]
    message: str | Record
    try:
        message = connection.recv()
    except EOFError:
        message = _failed(run.scenario, options, LOST)
    if isinstance(message, str):
        progress.doing(run.scenario.name, message)
        return None
    del running[connection]
    connection.close()
    run.process.join()
    seconds = {**message.seconds, "total": round(time.monotonic() - run.begun, 4)}
    return replace(message, seconds=seconds)


def _stop(running: dict[Connection, _Running], number: int) -> None:
    """Signals every child, again if the terminal has done so, and waits until it has removed what it started."""
    for run in running.values():
        if run.process.pid is not None and run.process.is_alive():
            with suppress(ProcessLookupError):
                os.kill(run.process.pid, number)
    for connection, run in running.items():
        connection.close()
        run.process.join()


def _failed(scenario: Scenario, options: BatchOptions, problem: str) -> Record:
    return unmeasured(scenario, options.engine, None, "error", problem, Timings())


class _PipeAudience:
    """The audience of a run in a child process: sends what the run does to the parent, and leaves out the rest."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def doing(self, what: str) -> None:
        with suppress(OSError):  # if the parent is gone, the run still goes on to its end
            self._connection.send(what)

    # An image is built in the middle of a batch only if it was removed in the meantime.
    def step(self, image: str, number: int, total: int, text: str) -> None:
        self.doing(f"image {image}, step {number} of {total}: {text}")

    def note(self, image: str, text: str) -> None:
        self.doing(f"image {image}: {text}")

    def line(self, image: str, text: str) -> None: ...
    def done(self, image: str, seconds: float) -> None: ...
    def predicted(self, scenario: Scenario, prediction: Prediction) -> None: ...
    def event(self, service: str, event: Event) -> None: ...
    def finished(self, scenario: Scenario, record: Record) -> None: ...


def _run_in_child(connection: Connection, scenario: Scenario, options: BatchOptions) -> None:
    try:
        signals.let_through()
        setup = Setup(choose.connect(options.engine), _PipeAudience(connection), timeout=options.timeout)
        record = run_experiment(Experiment(scenario, setup))
    except LabError as error:
        record = _failed(scenario, options, str(error))
    except Interrupted:
        return
    except Exception as error:  # a crash of one run must not end the others, nor print a traceback between their lines
        record = _failed(scenario, options, crash_report.report(error))
    with suppress(OSError):
        connection.send(record)
