"""Checks an exercise: draws parameters, takes the learner's prediction, runs, finds faults, and saves the progress."""

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

from labs import attempt, findings, progress, randomize, workspace
from labs.attempt import PartResult
from labs.exercise import Exercise, Question
from labs.finding import Finding
from labs.findings import CheckError
from labs.progress import Attempt, ExerciseProgress, Predicted, Result
from labs.randomize import Parameters
from labs.workspace import Unreadable
from scenarios.errors import UsageError
from scenarios.judging.quantities import Json
from scenarios.pipeline.experiment import Setup
from scenarios.results import run_directories

# Asks the learner for a prediction; None without a terminal.
Prompt = Callable[[Question], str | None]


@dataclass(frozen=True)
class Checked:
    """The result of a check, with the parts that ran; `problem` says why it is `unknown` or `skipped`."""

    exercise: Exercise
    drawn: list[Parameters]
    done: list[PartResult]
    findings: list[Finding]
    result: Result
    problem: str | None = None
    predictions: Mapping[str, Predicted] = field(default_factory=dict)
    number: int = 1


def next_parameters(exercise: Exercise) -> list[Parameters]:
    """The parameters of the next attempt; they are saved, so they stay the same until that attempt."""
    with progress.updating() as saved:
        entry = saved.entry(exercise.name)
        if entry.upcoming is None or len(entry.upcoming) != len(exercise.spec.parts):
            before = entry.attempts[-1].parameters if entry.attempts else None
            entry.upcoming = randomize.draw(exercise, random.SystemRandom(), before)
        return entry.upcoming


def predict(exercise: Exercise, said: Mapping[str, str], prompt: Prompt) -> None:
    """Saves the learner's predictions before the first run; raises UsageError if one is missing or not asked for."""
    questions = {one.key: one for one in exercise.spec.predict}
    for key in said:
        if key not in questions:
            known = ", ".join(questions) or "no prediction"
            raise UsageError(f"--predict {key}: {exercise.name} asks for {known}")
    earlier = progress.load().entry(exercise.name).predictions
    answers = {
        key: said.get(key) or prompt(question) or _raise_unanswered(exercise, question)
        for key, question in questions.items()
        if key not in earlier
    }
    if answers:
        with progress.updating() as saved:
            kept = saved.entry(exercise.name).predictions
            for key, answer in answers.items():
                kept.setdefault(key, Predicted(said=answer))


def _raise_unanswered(exercise: Exercise, question: Question) -> NoReturn:
    flags = " ".join(f"--predict {one.key}=..." for one in exercise.spec.predict)
    raise UsageError(
        f"predict first; a wrong guess does not fail the exercise. {question.ask}\n"
        f"  ./inv lab.check {exercise.number} {flags}"
    )


def check(exercise: Exercise, setup: Setup) -> Checked:
    """Runs the learner's programs with the parameters of this attempt, and saves the result."""
    begun, drawn = time.monotonic(), next_parameters(exercise)
    checked = judge(exercise, workspace.folder(exercise), drawn, setup)
    return _saved(checked, time.monotonic() - begun)


def judge(exercise: Exercise, here: Path, drawn: list[Parameters], setup: Setup) -> Checked:
    """Runs the programs of a folder with these parameters, and saves nothing but the runs."""
    made = attempt.scenarios(exercise, here, drawn)
    if isinstance(made, Unreadable):
        return Checked(exercise, drawn, [], [findings.unreadable_file(made)], "not yet")
    done: list[PartResult] = []
    for part, one in zip(exercise.spec.parts, made, strict=True):
        done.append(attempt.run(exercise, part, one, setup))
        try:
            found = findings.find(exercise, done[-1], here)
        except CheckError as error:
            return Checked(exercise, drawn, done, [], "unknown", str(error))
        if found:
            return Checked(exercise, drawn, done, found, "not yet")
        if done[-1].record.verdict == "skip":
            return Checked(exercise, drawn, done, [], "skipped", done[-1].record.problem)
    return Checked(exercise, drawn, done, [], "passed")


def _saved(checked: Checked, seconds: float) -> Checked:
    with progress.updating() as saved:
        saved.current = checked.exercise.name
        entry = saved.entry(checked.exercise.name)
        entry.begun = entry.begun or progress.now()
        entry.attempts.append(_attempt(checked, seconds))
        if checked.result == "passed":
            entry.passed = entry.passed or progress.now()
            entry.passed_files = workspace.digest(workspace.folder(checked.exercise))
        _compare(entry, checked)
        # A prediction is of these parameters, so they stay until it has been compared.
        entry.upcoming = checked.drawn if any(one.measured is None for one in entry.predictions.values()) else None
        return replace(checked, predictions=dict(entry.predictions), number=len(entry.attempts))


def _attempt(checked: Checked, seconds: float) -> Attempt:
    return Attempt(
        time=progress.now(),
        result=checked.result,
        parameters=checked.drawn,
        findings=list(dict.fromkeys(one.about for one in checked.findings)),
        files=sorted({one.file for one in checked.findings if one.file}),
        seconds=round(seconds, 2),
        runs=[run_directories.run_of(Path(one.record.run)) for one in checked.done if one.record.run],
    )


def _compare(entry: ExerciseProgress, checked: Checked) -> None:
    """Adds theory's and the first measured value to the learner's predictions."""
    first = checked.done[0] if checked.done else None
    if first is None or not first.record.measured or first.prediction is None:
        return
    for question in checked.exercise.spec.predict:
        kept = entry.predictions.get(question.key)
        if kept and kept.measured is None:
            kept.theory = display(_part_of(question, first.prediction.expected[question.key].json()))
            kept.measured = display(_part_of(question, first.record.measured.get(question.key)))


def _part_of(question: Question, value: Json) -> Json:
    one = value.get(question.name) if question.name and isinstance(value, Mapping) else value
    if question.pick is None or not isinstance(one, list):
        return one
    return [found[1] for line in one if (found := re.search(question.pick, str(line)))]


def display(value: Json) -> str:
    """A predicted or measured value as a learner would write it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {display(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return " ".join(map(display, value))
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def agrees(said: str, value: str) -> bool:
    """Whether a guess equals a value, whatever separators and capitals it is written with."""
    return _words(said) == _words(value)


def _words(text: str) -> list[str]:
    return "".join(one if one.isalnum() or one == "." else " " for one in text.casefold()).split()
