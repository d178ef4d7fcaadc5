"""lab.verify: tries an exercise as its author must: the starter fails, right programs pass, wrong ones are rejected."""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import closing

from labs import consent, course, output
from labs.exercise import Exercise
from labs.trials import Trial, stray_files, trials
from scenarios.commands.scenario import Options, connect
from scenarios.definition import catalog
from scenarios.engines import choose
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_FAIL, EXIT_PASS, LabError
from scenarios.pipeline.batch import FORK
from scenarios.pipeline.experiment import Setup
from scenarios.pipeline.preflight import prepare
from scenarios.report import page, templating  # noqa: F401 - every run needs them, and imports them late
from scenarios.report.terminal import TerminalAudience
from scenarios.system import signals

# A run waits half of its time, for the engine and for timers.
AT_ONCE = (os.cpu_count() or 1) + 1


def verify(name: str, engine_name: str | None, yes: bool) -> int:
    """Tries one exercise, or all; prints a line for each program, and returns EXIT_FAIL if one has another result."""
    exercises = [course.find(name)] if name else course.all_exercises()
    engine = connect(Options(engine_name))
    consent.ask(engine, yes, consent.terminal_prompt())
    every = [one for exercise in exercises for one in trials(exercise) if one.engine in (None, engine.name)]
    _prepare(exercises, engine)
    out, begun, wrong = output.terminal(), time.monotonic(), 0
    for number, (trial, problem) in enumerate(_results(every, engine.name), 1):
        wrong += problem is not None
        right = f"rejected with {trial.finding}" if trial.finding else "passes"
        where = f"{number:>{len(str(len(every)))}}/{len(every)}  {trial.exercise.number}"
        style = None if problem is None else "bold red"
        out.print(f"{where}  {trial.name}: {problem or right}", soft_wrap=True, markup=False, style=style)
    for path in [path for one in exercises for path in stray_files(one)]:
        wrong += 1
        out.print(f"a file that is no part of an exercise: {path}", soft_wrap=True, markup=False)
    out.print(f"{len(every)} programs in {time.monotonic() - begun:.0f} s: {wrong or 'none'} with another result")
    return EXIT_FAIL if wrong else EXIT_PASS


def _prepare(exercises: Sequence[Exercise], engine: Engine) -> None:
    """Builds the images first, so that the runs do not wait for each other's builds."""
    with closing(TerminalAudience()) as audience:
        for scenario in {part.scenario for one in exercises for part in one.spec.parts}:
            try:
                prepare(catalog.load(scenario), engine, audience)
            except LabError:
                continue  # its own run reports that


def _results(every: Sequence[Trial], engine: str) -> Iterator[tuple[Trial, str | None]]:
    """Each program with what is wrong with its result.

    Those that measure costs have the machine to themselves. So have those with another result than they must have:
    they run twice more, and the majority counts. A busy machine is not their fault; the lines tell of each result.
    """
    alone = [one for one in every if measures_costs(one.exercise)]
    again: list[tuple[Trial, str]] = []
    for some, at_once in (([one for one in every if one not in alone], AT_ONCE), (alone, 1)):
        for trial, problem in _run(some, engine, at_once):
            if problem:
                again.append((trial, problem))
            else:
                yield trial, None
    for trial, problem in again:
        yield trial, _majority(problem, _run([trial, trial], engine, 1))


def _majority(first: str, more: Iterable[tuple[Trial, str | None]]) -> str | None:
    """The first problem if another of three results has one too."""
    count = 1 + sum(problem is not None for _, problem in more)
    output.terminal().print(f"again, alone: {count} of 3 differ: {first}", soft_wrap=True, markup=False)
    return first if count > 1 else None


def _run(some: Sequence[Trial], engine: str, at_once: int) -> Iterator[tuple[Trial, str | None]]:
    if some:
        with ProcessPoolExecutor(at_once, mp_context=FORK, initializer=signals.let_through) as pool:
            left: dict[Future[str | None], Trial] = {pool.submit(problem_of, one, engine): one for one in some}
            try:
                while left:
                    for done in wait(left, return_when=FIRST_COMPLETED).done:
                        yield left.pop(done), done.result()
            finally:
                pool.shutdown(cancel_futures=True)


def measures_costs(exercise: Exercise) -> bool:
    """Whether a scenario of the exercise must run alone."""
    return any(catalog.load(part.scenario).alone for part in exercise.spec.parts)


def problem_of(trial: Trial, engine: str) -> str | None:
    """What is wrong with the result of a program, in this process; None if nothing is."""
    try:
        with closing(TerminalAudience(quiet=True)) as audience:
            return trial.problem(Setup(choose.connect(engine), audience))
    except LabError as error:
        return str(error)
