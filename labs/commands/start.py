"""The command that begins an exercise: lays out the learner's files, and shows the ceiling that they are to remove."""

from __future__ import annotations

from collections.abc import Callable

from labs import ceiling, checking, consent, course, progress, telling, workspace
from labs.audience import Attentive
from labs.exercise import Exercise
from scenarios.commands.scenario import Options, connect
from scenarios.engines import choose
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_PASS, UsageError


def start(name: str, engine: str | None, yes: bool, without_ceiling: bool) -> int:
    """Begins the exercise of that name, by default the first that is not done."""
    exercise = course.find(name) if name else _first_left()
    choose.wanted(engine)  # before anything is laid out

    def connected() -> Engine:
        found = connect(Options(engine))
        consent.ask(found, yes, consent.reader())
        return found

    begin(exercise, None if without_ceiling else connected)
    foresee = "".join(f" --predict {one.key}=..." for one in exercise.stated.predict)
    out = telling.out()
    out.print(telling.line("next", f"./inv lab.check {exercise.number}{foresee}"))
    out.print(telling.line("", "./inv lab.watch checks on every save"))
    return EXIT_PASS


def begin(exercise: Exercise, engine: Callable[[], Engine] | None) -> None:
    """Lays out what is not there yet, and tells all that a learner begins with; the ceiling only with an engine."""
    made = workspace.begin(exercise)
    with progress.noting() as noted:
        noted.current = exercise.name
        noted.of(exercise.name).begun = noted.of(exercise.name).begun or progress.now()
    out = telling.out()
    out.print(telling.line("exercise", f"{exercise.name}  {exercise.stated.title}", "bold"))
    out.print(telling.line("", exercise.stated.about))
    if exercise.stated.ceiling and engine:
        _show_ceiling(exercise, engine())
    out.print(telling.place("read", workspace.shown(exercise.folder / "README.md")), soft_wrap=True)
    for file in exercise.files:
        path = workspace.folder(exercise) / file
        out.print(telling.place("new file" if path in made else "your file", workspace.shown(path)), soft_wrap=True)
    for values in checking.upcoming(exercise):
        out.print(telling.line("first with", telling.parameters(values)))


def _show_ceiling(exercise: Exercise, engine: Engine) -> None:
    audience = Attentive()
    try:
        shown = ceiling.show(exercise, engine, audience)
    finally:
        audience.close()
    if shown:
        telling.ceiling(shown, telling.out())


def _first_left() -> Exercise:
    noted = progress.load()
    left = next((one for one in course.names() if noted.of(one).state != "done"), None)
    if left is None:
        raise UsageError("every exercise is done; name one to begin it again: ./inv lab.start 010")
    return course.find(left)
