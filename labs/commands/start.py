"""The command that begins an exercise: lays out the learner's files, and shows the ceiling that they are to remove."""

from __future__ import annotations

from labs import ceiling, checking, consent, course, progress, telling, workspace
from labs.audience import Attentive
from labs.exercise import Exercise
from scenarios.commands.scenario import Options, connect
from scenarios.errors import EXIT_PASS, UsageError


def start(name: str, engine: str | None, yes: bool, without_ceiling: bool) -> int:
    """Begins the exercise of that name, by default the first that is not done."""
    exercise = course.find(name) if name else _first_left()
    made = workspace.begin(exercise)
    with progress.noting() as noted:
        noted.current = exercise.name
        noted.of(exercise.name).begun = noted.of(exercise.name).begun or progress.now()
    out = telling.out()
    out.print(telling.line("exercise", f"{exercise.name}  {exercise.stated.title}", "bold"))
    out.print(telling.line("", exercise.stated.about))
    if exercise.stated.ceiling and not without_ceiling:
        _show_ceiling(exercise, engine, yes)
    out.print(telling.place("read", workspace.shown(exercise.folder / "README.md")), soft_wrap=True)
    what = "your file" if made else "yours"
    for file in exercise.files:
        out.print(telling.place(what, workspace.shown(workspace.folder(exercise) / file)), soft_wrap=True)
    for values in checking.upcoming(exercise):
        out.print(telling.line("first with", telling.parameters(values)))
    foresee = "".join(f" --predict {one.key}=..." for one in exercise.stated.predict)
    out.print(telling.line("next", f"./inv lab.check {exercise.number}{foresee}"))
    out.print(telling.line("", "./inv lab.watch checks on every save"))
    return EXIT_PASS


def _show_ceiling(exercise: Exercise, engine_name: str | None, yes: bool) -> None:
    engine = connect(Options(engine_name))
    consent.ask(engine, yes, consent.reader())
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
