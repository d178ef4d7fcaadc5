"""Runs the trials of exercises, several at a time, each in a process of its own."""

import os
import re
import signal
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from shutil import rmtree

from labs.exercise import Exercise
from labs.trials import FOLDER, Trial
from scenarios.definition import catalog
from scenarios.engines import choose
from scenarios.errors import Interrupted, LabError
from scenarios.pipeline.batch import FORK, LOST
from scenarios.pipeline.experiment import Setup
from scenarios.report import page, templating  # noqa: F401 - every run needs them, and imports them late
from scenarios.report.terminal import TerminalAudience
from scenarios.results import crash_report
from scenarios.system import signals
from scenarios.system.owner import exists

# A run waits most of its time, for the engine and for timers: with one more than CPUs, these were idle for half of it.
AT_ONCE = 2 * (os.cpu_count() or 1) + 1


@dataclass(frozen=True)
class Tried:
    """A trial, what is wrong with its result (None: nothing), and how many seconds it took.

    `again` says how often a result that was wrong at first was wrong in three runs.
    """

    trial: Trial
    problem: str | None
    seconds: float
    again: int = 0


def run_trials(trials: Sequence[Trial], engine: str, differs: Callable[[Tried], None]) -> Generator[Tried]:
    """Runs all trials and yields each when its result is certain. `differs` is called with one that is not yet.

    Those that measure costs have the machine to themselves. So have those with another result than they must have:
    they run twice more, and the majority counts. A busy machine is not their fault.

    If an exception or an interrupt ends this, it first waits until every run has removed what it started.
    """
    alone = [one for one in trials if measures_costs(one.exercise)]
    first: list[Tried] = []
    for some, at_once in (([one for one in trials if one not in alone], AT_ONCE), (alone, 1)):
        for tried in run(some, engine, at_once):
            if tried.problem is None:
                yield tried
            else:
                first.append(tried)
                differs(tried)
    for tried in first:
        more = list(run([tried.trial, tried.trial], engine, 1))
        wrong = 1 + sum(one.problem is not None for one in more)
        seconds = tried.seconds + sum(one.seconds for one in more)
        yield Tried(tried.trial, tried.problem if wrong > 1 else None, seconds, wrong)


def measures_costs(exercise: Exercise) -> bool:
    """Whether a scenario of the exercise must run alone."""
    return any(catalog.load(part.scenario).alone for part in exercise.spec.parts)


@dataclass
class _Running:
    trial: Trial
    process: BaseProcess
    begun: float


def run(trials: Sequence[Trial], engine: str, at_once: int) -> Generator[Tried]:
    """Runs trials once each; ends as run_trials."""
    left, running = list(trials), dict[Connection, _Running]()
    try:
        while left or running:
            while left and len(running) < at_once:
                _start(left.pop(0), engine, running)
            for connection in wait(list(running)):
                assert isinstance(connection, Connection)
                one = running[connection]
                problem = _received(connection)
                one.process.join()
                del running[connection]
                yield Tried(one.trial, problem, time.monotonic() - one.begun)
    except BaseException as error:
        _stop(running, signal.Signals[error.signal_name] if isinstance(error, Interrupted) else signal.SIGTERM)
        raise


def _start(trial: Trial, engine: str, running: dict[Connection, _Running]) -> None:
    here, there = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_run_in_child, args=(there, trial, engine), name=trial.name)
    # As in a batch (pipeline/batch.py): a signal here would leave a process that is not in `running`.
    with signals.held_back():
        process.start()
        running[here] = _Running(trial, process, time.monotonic())
    there.close()


def _run_in_child(connection: Connection, trial: Trial, engine: str) -> None:
    try:
        signals.let_through()
        problem = problem_of(trial, engine)
    except Interrupted:
        return
    except Exception as error:
        problem = crash_report.report(error)
    with suppress(OSError):  # if the parent is gone, the run still went to its end
        connection.send(problem)


def problem_of(trial: Trial, engine: str) -> str | None:
    """Runs a program in this process and returns how its result is wrong; None if it is right."""
    try:
        with closing(TerminalAudience(quiet=True)) as audience:
            return trial.problem(Setup(choose.connect(engine), audience))
    except LabError as error:
        return str(error)


def _received(connection: Connection) -> str | None:
    with closing(connection):
        try:
            received: str | None = connection.recv()
        except EOFError:
            return LOST
    return received


def _stop(running: dict[Connection, _Running], number: int) -> None:
    """Signals every child, again if the terminal has done so, and waits until it has removed what it started."""
    for one in running.values():
        if one.process.pid is not None and one.process.is_alive():
            with suppress(ProcessLookupError):
                os.kill(one.process.pid, number)
    for connection, one in running.items():
        connection.close()
        one.process.join()


def remove_folders_of_the_killed() -> None:
    """Removes the folders in which killed processes had laid programs."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        owner = re.match(rf"{FOLDER}(\d+)-", folder.name)
        if owner and not exists(int(owner[1])):
            rmtree(folder, ignore_errors=True)
