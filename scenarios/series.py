"""Many scenarios in one go: side by side as far as the machine bears it, those that measure costs each alone.

Each is carried out in a process of its own, which is forked after everything was imported: what is imported costs more
than a short run does, and checks (pytest) can run but once at a time in a process.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Protocol

from scenarios import signals, unforeseen
from scenarios.engines import choose
from scenarios.errors import Interrupted, LabError
from scenarios.events import Event
from scenarios.families.base import Prediction
from scenarios.phases import Phases
from scenarios.predicting import unmeasured
from scenarios.record import Record
from scenarios.scenario import Scenario

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

FORK = multiprocessing.get_context("fork")
# Most of a run is waiting: for the engine, for readiness, for the clock.
RUNS_FOR_EACH_PROCESSOR = 2
# Each run has a network, and the default address pools of a Docker Engine hold about thirty.
MOST_AT_ONCE = 12
A_SECOND = 1.0
LOST = "the process that ran it ended without a word"


class Follower(Protocol):
    """Is told how a series goes."""

    def begins(self, name: str) -> None:
        """A scenario is started."""

    def doing(self, name: str, what: str) -> None:
        """What its run does now."""

    def goes_on(self) -> None:
        """About once a second while nothing is new."""


@dataclass(frozen=True)
class How:
    """How the scenarios are run: on the engine of that name, each for `timeout` seconds at most (None: as it says), one
    after the other if they are to be `in_turn`.
    """

    engine: str
    timeout: float | None = None
    in_turn: bool = False

    @property
    def at_once(self) -> int:
        """How many runs this machine bears at the same time."""
        return 1 if self.in_turn else min(RUNS_FOR_EACH_PROCESSOR * (os.cpu_count() or 1), MOST_AT_ONCE)


@dataclass
class _Running:
    scenario: Scenario
    process: BaseProcess
    begun: float


def carried_out(scenarios: Sequence[Scenario], how: How, follower: Follower) -> Generator[Record]:
    """The record of each, in the order in which they end; those that must run alone come last.

    What was begun has been taken down when this is left, also by an interrupt, which is raised on.
    """
    together = [one for one in scenarios if not one.alone]
    alone = [one for one in scenarios if one.alone]
    running: dict[Connection, _Running] = {}
    try:
        while together or alone or running:
            while together and len(running) < how.at_once:
                _begin(together.pop(0), how, follower, running)
            if alone and not running:
                _begin(alone.pop(0), how, follower, running)
            heard = wait(list(running), A_SECOND)
            if not heard:
                follower.goes_on()
            for connection in heard:
                assert isinstance(connection, Connection)
                record = _heard(connection, running, follower, how)
                if record is not None:
                    yield record
    except BaseException as error:
        _end(running, signal.Signals[error.signal_name] if isinstance(error, Interrupted) else signal.SIGTERM)
        raise


def _begin(scenario: Scenario, how: How, follower: Follower, running: dict[Connection, _Running]) -> None:
    here, there = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_carry_out, args=(there, scenario, how), name=scenario.name)
    # What Python calls at a fork may not raise, and a process that nobody knows of would not be told to end.
    with signals.held_back():
        process.start()
        running[here] = _Running(scenario, process, time.monotonic())
    there.close()  # so that the end of the process is the end of the pipe
    follower.begins(scenario.name)


def _heard(connection: Connection, running: dict[Connection, _Running], follower: Follower, how: How) -> Record | None:
    """What came from one process: the next thing that it does, or its record, at which it ends."""
    run = running[connection]
    said: str | Record
    try:
        said = connection.recv()
    except EOFError:
        said = _failed(run.scenario, how, LOST)
    if isinstance(said, str):
        follower.doing(run.scenario.name, said)
        return None
    del running[connection]
    connection.close()
    run.process.join()
    seconds = {**said.seconds, "total": round(time.monotonic() - run.begun, 4)}
    return replace(said, seconds=seconds)


def _end(running: dict[Connection, _Running], number: int) -> None:
    """Tells all that run to end, and waits until they have taken down what they had brought up.

    A terminal has told them already; a second signal changes nothing for them.
    """
    for run in running.values():
        if run.process.pid is not None and run.process.is_alive():
            with suppress(ProcessLookupError):
                os.kill(run.process.pid, number)
    for connection, run in running.items():
        connection.close()
        run.process.join()


def _failed(scenario: Scenario, how: How, problem: str) -> Record:
    return unmeasured(scenario, how.engine, None, "error", problem, Phases())


class _Teller:
    """A run's audience in its process: hands on what it does."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def doing(self, what: str) -> None:
        """Handed on; when nobody hears it any more, the run comes to its end all the same."""
        with suppress(OSError):
            self._connection.send(what)

    def predicted(self, scenario: Scenario, prediction: Prediction) -> None:
        """Of no use to who looks at many."""

    def event(self, service: str, event: Event) -> None:
        """Of no use to who looks at many."""

    def step(self, image: str, number: int, total: int, text: str) -> None:
        """An image that was removed meanwhile."""
        self.doing(f"image {image}, step {number} of {total}: {text}")

    def line(self, image: str, text: str) -> None:
        """Of no use to who looks at many."""

    def note(self, image: str, text: str) -> None:
        """As what it does."""
        self.doing(f"image {image}: {text}")

    def done(self, image: str, seconds: float) -> None:
        """Of no use to who looks at many."""


def _carry_out(connection: Connection, scenario: Scenario, how: How) -> None:
    """One scenario, in a process of its own."""
    from scenarios.experiment import Experiment, carry_out

    try:
        signals.let_through()
        told = carry_out(Experiment(scenario, choose.connect(how.engine), _Teller(connection), timeout=how.timeout))
    except LabError as error:
        told = _failed(scenario, how, str(error))
    except Interrupted:
        return
    except Exception as error:  # the fault of one run is neither the end of the others nor a traceback between lines
        told = _failed(scenario, how, unforeseen.told(error))
    with suppress(OSError):
        connection.send(told)
