"""lab.start: copies the files of an exercise and shows why the earlier program breaks."""

from collections.abc import Callable
from contextlib import closing

from labs import baseline, checking, consent, course, output, progress, workspace
from labs.exercise import Exercise
from scenarios.commands.scenario import Options, connect
from scenarios.engines import choose
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_PASS, UsageError
from scenarios.pipeline.experiment import Setup
from scenarios.report.terminal import TerminalAudience


def start(name: str, engine: str | None, yes: bool, without_demo: bool) -> int:
    """Starts the exercise of that name, by default the first that is not done."""
    exercise = course.find(name) if name else _first_not_done()
    choose.wanted(engine)  # raises for an unknown engine before any file is copied

    def connected() -> Engine:
        chosen = connect(Options(engine))
        consent.ask(chosen, yes, consent.terminal_prompt())
        return chosen

    begin(exercise, None if without_demo else connected)
    predictions = "".join(f" --predict {one.key}=..." for one in exercise.spec.predict)
    out = output.terminal()
    out.print(output.line("next", f"./inv lab.check {exercise.number}{predictions}"))
    out.print(output.line("", "or ./inv lab.watch, which checks after every save"))
    return EXIT_PASS


def begin(exercise: Exercise, engine: Callable[[], Engine] | None) -> None:
    """Copies the missing files and shows what the exercise is about; runs its baseline if there is an engine."""
    made = workspace.create(exercise)
    with progress.updating() as saved:
        saved.current = exercise.name
        entry = saved.entry(exercise.name)
        entry.begun = entry.begun or progress.now()
    out = output.terminal()
    out.print(output.line("exercise", f"{exercise.name}  {exercise.spec.title}", "bold"))
    out.print(output.line("", exercise.spec.about))
    if exercise.spec.baseline and engine:
        _run_baseline(exercise, engine())
    out.print(output.path_line("read", workspace.display_path(exercise.folder / "README.md")), soft_wrap=True)
    for file in exercise.files:
        path = workspace.folder(exercise) / file
        label = "new file" if path in made else "your file"
        out.print(output.path_line(label, workspace.display_path(path)), soft_wrap=True)
    for values in checking.next_parameters(exercise):
        out.print(output.line("parameters", output.parameters(values)))


def _run_baseline(exercise: Exercise, engine: Engine) -> None:
    with closing(TerminalAudience(spoils=False)) as audience:
        shown = baseline.run(exercise, Setup(engine, audience))
    if shown:
        output.show_baseline(shown, output.terminal())


def _first_not_done() -> Exercise:
    saved = progress.load()
    left = next((one for one in course.names() if saved.entry(one).state != "done"), None)
    if left is None:
        raise UsageError("every exercise is done; to start one again, name it: ./inv lab.start 010")
    return course.find(left)
