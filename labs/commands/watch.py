"""The command that checks on every save, with keys beside it."""

from __future__ import annotations

from labs import checking, consent, course, progress, telling, workspace
from labs.commands import check, helping, overview, start
from labs.exercise import Exercise
from labs.watching import Key, Watching
from scenarios.commands.command import say
from scenarios.commands.scenario import Options, connect
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_PASS, LabError, UsageError

KEYS = "h hint   n next   l list   r reset   q quit"


def watch(name: str, engine_name: str | None, yes: bool) -> int:
    """Checks, waits for a save or a key, and checks again; goes on to the next exercise when one is done."""
    noted = progress.load()
    exercise = check.chosen(name) if name or noted.current else course.find(course.names()[0])
    reads = consent.reader()
    if reads is None:
        raise UsageError("lab.watch needs a terminal; ./inv lab.check checks once")
    engine = connect(Options(engine_name))
    consent.ask(engine, yes, reads)
    with Watching() as watching:
        _Session(exercise, engine, watching).run()
    return EXIT_PASS


class _Session:
    """One learner at one terminal."""

    def __init__(self, exercise: Exercise, engine: Engine, watching: Watching) -> None:
        self._exercise, self._engine, self._watching = exercise, engine, watching
        self._out = telling.out()

    def run(self) -> None:
        """Until the learner quits."""
        self._do(Key.SAVED)
        while (key := self._watching.next(workspace.folder(self._exercise))) != "q":
            self._do(key)

    def _do(self, key: str | Key) -> None:
        """What a key is for; what is wrong with it is told, and the watching goes on."""
        try:
            match key:
                case Key.SAVED:
                    self._check()
                case "h":
                    helping.hint(self._exercise.name)
                case "l":
                    overview.show_map()
                case "r":
                    helping.reset(self._exercise.name)
                    self._watching.note(workspace.folder(self._exercise))
                case "n":
                    self._go_on()
                case _:
                    return
        except LabError as error:
            say(str(error))
        self._out.print(KEYS, style="dim")

    def _check(self) -> None:
        """Clears the screen and checks; one that is done leads on to the next."""
        if not workspace.folder(self._exercise).is_dir():
            start.begin(self._exercise, lambda: self._engine)
        self._watching.note(workspace.folder(self._exercise))
        self._out.clear()
        attempts = len(progress.load().of(self._exercise.name).attempts)
        telling.announce(self._exercise, checking.upcoming(self._exercise), attempts + 1, self._out)
        with self._watching.line_by_line():
            checking.predict(self._exercise, {}, check.asks(quiet=False))
        checked = check.carried_out(self._exercise, self._engine)
        telling.checked(checked, self._out)
        if checked.result == "passed":
            self._go_on()

    def _go_on(self) -> None:
        """To the next exercise: its ceiling is shown, its files are laid out, and checked when they are saved."""
        following = course.after(self._exercise.name)
        if following is None:
            overview.show_map()
            return
        self._exercise = course.find(following)
        start.begin(self._exercise, lambda: self._engine)
        self._watching.note(workspace.folder(self._exercise))
