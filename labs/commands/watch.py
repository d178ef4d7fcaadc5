"""lab.watch: checks after every save, and takes keys meanwhile."""

from labs import checking, consent, course, file_watcher, output, progress, workspace
from labs.commands import check, hint, overview, reset, solution, start
from labs.exercise import Exercise
from labs.file_watcher import Watcher
from scenarios.commands.command import say
from scenarios.commands.scenario import Options, connect
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_PASS, LabError, UsageError

KEYS = "h hint   n next   s solution   l list   r reset   q quit"


def watch(name: str, engine_name: str | None, yes: bool) -> int:
    """Checks after every save until q is pressed; n goes on to the next exercise."""
    saved = progress.load()
    exercise = check.find_or_current(name) if name or saved.current else course.find(course.names()[0])
    prompt = consent.terminal_prompt()
    if prompt is None:
        raise UsageError("lab.watch needs a terminal; use ./inv lab.check to check once")
    engine = connect(Options(engine_name))
    consent.ask(engine, yes, prompt)
    with Watcher() as watcher:
        _Session(exercise, engine, watcher).run()
    return EXIT_PASS


class _Session:
    def __init__(self, exercise: Exercise, engine: Engine, watcher: Watcher) -> None:
        self._exercise, self._engine, self._watcher = exercise, engine, watcher
        self._out = output.terminal()
        self._begun = False  # whether its introduction stands on the screen

    def run(self) -> None:
        key = file_watcher.SAVED
        while key != "q" and self._handle(key):
            key = self._watcher.next(workspace.folder(self._exercise))

    def _handle(self, key: str) -> bool:
        """Whether to go on: a `q` that was pressed meanwhile ends it, and no other key counts."""
        try:
            match key:
                case file_watcher.SAVED:
                    self._check()
                case "h":
                    hint.hint(self._exercise.name)
                case "l":
                    overview.show_map()
                case "s":
                    solution.solution(self._exercise.name, show=False)
                case "r":
                    self._reset()
                case "n":
                    self._go_on()
                case _:
                    return True
        except LabError as error:
            say(str(error))
        goes_on = not self._watcher.forget_keys()
        self._out.print(KEYS, style="dim")
        return goes_on

    def _remember_files(self) -> None:
        self._watcher.remember(workspace.folder(self._exercise))

    def _reset(self) -> None:
        self._out.print(f"start {self._exercise.name} over? y yes   any other key: no")
        if self._watcher.key() == "y":
            reset.reset(self._exercise.name)
            self._remember_files()

    def _check(self) -> None:
        if not workspace.folder(self._exercise).is_dir():
            start.begin(self._exercise, lambda: self._engine)
            self._begun = True
        self._remember_files()
        if not self._begun:  # an introduction stays until the next check, so that it can be read
            self._out.clear()
        self._begun = False
        check.show_attempt(self._exercise)
        with self._watcher.line_mode():
            checking.predict(self._exercise, {}, check.question_prompt(quiet=False))
        checked = check.run_check(self._exercise, self._engine)
        output.show_result(checked, self._out)

    def _go_on(self) -> None:
        """Starts the next exercise; its files are checked when they are saved."""
        following = course.next_after(self._exercise.name)
        if following is None:
            overview.show_map()
            return
        self._exercise = course.find(following)
        start.begin(self._exercise, lambda: self._engine)
        self._begun = True
        self._remember_files()
