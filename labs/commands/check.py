"""The command that checks an exercise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from labs import checking, consent, course, progress, telling, workspace
from labs.audience import Attentive
from labs.checking import Asks, Checked
from labs.exercise import Exercise
from scenarios.commands.scenario import Options, connect
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, UsageError

STATUS = {"passed": EXIT_PASS, "skipped": EXIT_PASS, "not yet": EXIT_FAIL, "unknown": EXIT_ERROR}


@dataclass(frozen=True)
class Wanted:
    """How an exercise is checked, as it stands on the command line."""

    engine: str | None = None
    yes: bool = False
    predict: tuple[str, ...] = ()
    as_json: bool = False


def check(name: str, wanted: Wanted) -> int:
    """Checks the exercise of that name, by default the one that was begun last."""
    exercise = chosen(name)
    if not workspace.folder(exercise).is_dir():
        raise UsageError(f"{exercise.name} was not begun; ./inv lab.start {exercise.number} begins it")
    said = spoken(wanted.predict)
    engine = connect(Options(wanted.engine))
    consent.ask(engine, wanted.yes, consent.reader())
    out = telling.out()
    if not wanted.as_json:
        attempts = len(progress.load().of(exercise.name).attempts)
        telling.announce(exercise, checking.upcoming(exercise), attempts + 1, out)
    checking.predict(exercise, said, asks(wanted.as_json))
    checked = carried_out(exercise, engine, wanted.as_json)
    if wanted.as_json:
        print(json.dumps(as_data(checked), indent=1))
    else:
        telling.checked(checked, out)
    return STATUS[checked.result]


def carried_out(exercise: Exercise, engine: Engine, quiet: bool = False) -> Checked:
    """The check, with its progress on stderr."""
    audience = Attentive(quiet=quiet)
    try:
        return checking.check(exercise, engine, audience)
    finally:
        audience.close()


def chosen(name: str) -> Exercise:
    """The exercise of that name, or without one the current; raises UsageError."""
    current = name or progress.load().current
    if not current:
        raise UsageError("no exercise was begun yet; ./inv lab.start 010 begins the first")
    return course.find(current)


def spoken(predictions: Sequence[str]) -> dict[str, str]:
    """What stands behind --predict; raises UsageError for what is no `key=value`."""
    said: dict[str, str] = {}
    for text in predictions:
        key, equals, value = text.partition("=")
        if not (key and equals and value.strip()):
            raise UsageError(f"--predict {text!r}: it must be what you foresee, such as --predict served=1020")
        said[key] = value.strip()
    return said


def asks(quiet: bool) -> Asks:
    """Asks on the terminal, if there is one and it is to be used."""
    reads = None if quiet else consent.reader()
    return lambda question: reads(f"{question.ask} ").strip() if reads else None


def as_data(checked: Checked) -> Mapping[str, object]:
    """What --json prints."""
    return {
        "exercise": checked.exercise.name,
        "attempt": checked.number,
        "result": checked.result,
        "parameters": checked.drawn,
        "findings": [asdict(one) for one in checked.findings],
        "predictions": {key: one.model_dump() for key, one in checked.predictions.items()},
        "problem": checked.problem,
        "runs": [done.record.run for done in checked.done],
    }
