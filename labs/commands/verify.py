"""lab.verify: tries an exercise as its author must: the starter fails, right programs pass, wrong ones are rejected."""

from collections.abc import Sequence
from contextlib import closing

from labs import consent, course, output
from labs.exercise import Exercise
from labs.trial_runs import Tried, remove_folders_of_the_killed, run_trials
from labs.trials import Trial, trials, unfit_files
from scenarios.commands.command import say
from scenarios.commands.scenario import Options, connect
from scenarios.definition import catalog
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_FAIL, EXIT_PASS, Interrupted, LabError
from scenarios.pipeline.preflight import prepare
from scenarios.report.terminal import TerminalAudience, table


def verify(name: str, engine_name: str | None, yes: bool) -> int:
    """Tries one exercise, or all; returns EXIT_FAIL if a program has another result than it must have.

    A line for each program goes to stderr, as they end. The table of exercises and what is wrong go to stdout.
    """
    exercises = [course.find(name)] if name else course.all_exercises()
    engine = connect(Options(engine_name))
    consent.ask(engine, yes, consent.terminal_prompt())
    every = [one for exercise in exercises for one in trials(exercise) if one.engine in (None, engine.name)]
    remove_folders_of_the_killed()
    _prepare(exercises, engine)
    done = _run(every, engine.name)
    unfit = [problem for one in exercises for problem in unfit_files(one)]
    _show(exercises, done, unfit)
    return EXIT_FAIL if unfit or any(one.problem for one in done) else EXIT_PASS


def _prepare(exercises: Sequence[Exercise], engine: Engine) -> None:
    """Builds the images first, so that the runs do not wait for each other's builds."""
    with closing(TerminalAudience()) as audience:
        for scenario in {part.scenario for one in exercises for part in one.spec.parts}:
            try:
                prepare(catalog.load(scenario), engine, audience)
            except LabError:
                continue  # its own run reports that


def _run(every: Sequence[Trial], engine: str) -> list[Tried]:
    done: list[Tried] = []
    try:
        with closing(run_trials(every, engine, _differs)) as running:
            for tried in running:
                done.append(tried)
                _progress(tried, len(done), len(every))
    except Interrupted:
        wrong = sum(one.problem is not None for one in done)
        say(f"{len(done)} of {len(every)} programs are tried: {wrong or 'none'} with another result")
        raise
    return done


def _differs(tried: Tried) -> None:
    text = f"{tried.trial.exercise.number}  {tried.trial.name} runs twice more at the end, alone: {tried.problem}"
    output.terminal(stderr=True).print(text, soft_wrap=True, markup=False)


def _progress(tried: Tried, number: int, of: int) -> None:
    trial = tried.trial
    right = f"rejected with {trial.finding}" if trial.finding else "passes"
    again = f" (in {tried.again} of 3 runs it had another result)" if tried.again else ""
    text = f"{number:>{len(str(of))}}/{of}  {trial.exercise.number}  {trial.name}: {tried.problem or right}{again}"
    style = None if tried.problem is None else "bold red"
    out = output.terminal(stderr=True)
    out.print(f"{text}, {tried.seconds:.0f} s", soft_wrap=True, markup=False, style=style)


def _show(exercises: Sequence[Exercise], done: Sequence[Tried], unfit: Sequence[str]) -> None:
    """The time of each exercise is that of all its programs, one after the other."""
    shown = table("exercise", "programs", "another result", "time", "longest", narrow=("exercise", "longest"))
    for exercise in exercises:
        mine = [one for one in done if one.trial.exercise.name == exercise.name]
        longest = max(mine, key=lambda one: one.seconds, default=None)
        wrong, seconds = sum(one.problem is not None for one in mine), sum(one.seconds for one in mine)
        last = f"{longest.trial.name}, {longest.seconds:.0f} s" if longest else ""
        shown.add_row(exercise.name, str(len(mine)), str(wrong or "none"), f"{seconds:.0f} s", last)
    out = output.terminal()
    out.print(shown)
    for one in (one for one in done if one.problem):
        out.print(f"{one.trial.exercise.number}  {one.trial.name}: {one.problem}", soft_wrap=True, markup=False)
    for problem in unfit:
        out.print(problem, soft_wrap=True, markup=False)
    different = sum(one.problem is not None for one in done)
    out.print(f"{len(done)} programs: {different or 'none'} with another result")
