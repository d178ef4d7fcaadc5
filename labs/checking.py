"""An exercise checked, step by step: the draw, the learner's prediction, the runs, the findings, and what is noted."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from labs import attempt, draws, findings, progress, workspace
from labs.attempt import Done
from labs.draws import Parameters
from labs.exercise import Exercise, Question
from labs.findings import Broken, Finding
from labs.progress import Attempt, Course, Predicted, Result
from labs.workspace import Unreadable
from scenarios.engines.base import Engine
from scenarios.errors import UsageError
from scenarios.experiment import Audience
from scenarios.families.base import Prediction
from scenarios.quantities import Json
from scenarios.scenario import Scenario


class Asks(Protocol):
    """Asks the learner something; None when nobody can be asked."""

    def __call__(self, question: Question) -> str | None:
        """The answer."""


@dataclass(frozen=True)
class Checked:
    """What came of a check: its parameters, the parts that were run, what they showed, and why it is not known."""

    exercise: Exercise
    drawn: list[Parameters]
    done: list[Done]
    findings: list[Finding]
    result: Result
    problem: str | None = None
    predictions: Mapping[str, Predicted] = field(default_factory=dict)
    number: int = 1


def upcoming(exercise: Exercise) -> list[Parameters]:
    """The parameters of the next attempt, noted, so that they can be shown before it; the same until it is made."""
    with progress.noting() as noted:
        course = noted.of(exercise.name)
        if course.upcoming is None or len(course.upcoming) != len(exercise.stated.parts):
            before = course.attempts[-1].parameters if course.attempts else None
            course.upcoming = draws.draw(exercise, random.SystemRandom(), before)
        return course.upcoming


def predict(exercise: Exercise, said: Mapping[str, str], asks: Asks) -> None:
    """Notes what the learner foresees, before the first run; raises UsageError where that lacks or is not asked for."""
    questions = {one.key: one for one in exercise.stated.predict}
    for key in said:
        if key not in questions:
            known = ", ".join(questions) or "nothing"
            raise UsageError(f"--predict {key}: {exercise.name} asks for {known}")
    course = progress.load().of(exercise.name)
    answers: dict[str, str] = {}
    for key, question in questions.items():
        if key not in course.predictions:
            answer = said.get(key) or asks(question)
            if not answer:
                flags = " ".join(f"--predict {one}=..." for one in questions)
                raise UsageError(
                    f"say first what will happen. {question.ask}\n  ./inv lab.check {exercise.number} {flags}"
                )
            answers[key] = answer
    if answers:
        with progress.noting() as noted:
            kept = noted.of(exercise.name).predictions
            for key, answer in answers.items():
                kept.setdefault(key, Predicted(said=answer))


def check(exercise: Exercise, engine: Engine, audience: Audience) -> Checked:
    """Runs the learner's programs with the parameters that were drawn for this attempt, and notes what came of it."""
    begun, drawn = time.monotonic(), upcoming(exercise)
    here = workspace.folder(exercise)
    made = attempt.scenarios(exercise, here, drawn)
    if isinstance(made, Unreadable):
        checked = Checked(exercise, drawn, [], [findings.of_unreadable(made)], "not yet")
    else:
        checked = _carried_out(exercise, made, drawn, engine, audience)
    return _noted(checked, time.monotonic() - begun)


def _carried_out(
    exercise: Exercise, made: list[Scenario], drawn: list[Parameters], engine: Engine, audience: Audience
) -> Checked:
    """Part by part, up to the first that does not pass."""
    done: list[Done] = []
    for part, one in zip(exercise.stated.parts, made, strict=True):
        done.append(attempt.run(exercise, part, one, engine, audience))
        try:
            found = findings.of_part(exercise, done[-1], workspace.folder(exercise))
        except Broken as broken:
            return Checked(exercise, drawn, done, [], "unknown", str(broken))
        if found:
            return Checked(exercise, drawn, done, found, "not yet")
        if done[-1].record.verdict == "skip":
            return Checked(exercise, drawn, done, [], "skipped", done[-1].record.problem)
    return Checked(exercise, drawn, done, [], "passed")


def _noted(checked: Checked, seconds: float) -> Checked:
    with progress.noting() as noted:
        noted.current = checked.exercise.name
        course = noted.of(checked.exercise.name)
        course.begun = course.begun or progress.now()
        course.attempts.append(_attempt(checked, seconds))
        course.upcoming = None
        if checked.result == "passed":
            course.passed = course.passed or progress.now()
        _compare(course, checked)
        return replace(checked, predictions=dict(course.predictions), number=len(course.attempts))


def _attempt(checked: Checked, seconds: float) -> Attempt:
    return Attempt(
        time=progress.now(),
        result=checked.result,
        parameters=checked.drawn,
        findings=list(dict.fromkeys(one.about for one in checked.findings)),
        seconds=round(seconds, 2),
    )


def _compare(course: Course, checked: Checked) -> None:
    """Theory and the first measurement beside what the learner foresaw."""
    if not checked.done or checked.done[0].record.measured is None or checked.done[0].prediction is None:
        return
    first = checked.done[0]
    for question in checked.exercise.stated.predict:
        kept = course.predictions.get(question.key)
        if kept and kept.measured is None and first.prediction and first.record.measured:
            kept.theory = answer(_expected(question, first.prediction))
            kept.measured = answer(_part_of(question, first.record.measured.get(question.key)))


def _expected(question: Question, prediction: Prediction) -> Json:
    return _part_of(question, prediction.expected[question.key].json())


def _part_of(question: Question, value: Json) -> Json:
    one = value.get(question.name) if question.name and isinstance(value, Mapping) else value
    if question.pick is None or not isinstance(one, list):
        return one
    return [found[1] for line in one if (found := re.search(question.pick, str(line)))]


def answer(value: Json) -> str:
    """A predicted or measured value as a learner would write it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {answer(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return " ".join(map(answer, value))
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def agrees(said: str, value: str) -> bool:
    """Whether a learner foresaw a value, however it was written down."""
    return _words(said) == _words(value)


def _words(text: str) -> list[str]:
    return "".join(one if one.isalnum() or one == "." else " " for one in text.casefold()).split()
