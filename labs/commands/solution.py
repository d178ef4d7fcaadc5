"""lab.solution: compares the learner's files with a solution."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from labs import output, progress, workspace
from labs.commands.check import find_or_current
from labs.exercise import Exercise
from scenarios.errors import EXIT_PASS, UsageError

DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def solution(name: str, show: bool) -> int:
    """Shows the difference from the learner's files to a solution; before the exercise passed, only with `show`."""
    exercise = find_or_current(name)
    passed = progress.load().entry(exercise.name).passed
    if not (passed or show):
        raise UsageError(
            f"{exercise.name} has not passed yet; --show shows the solution anyway, and lab.report --json records it"
        )
    if not passed:
        with progress.updating() as saved:
            entry = saved.entry(exercise.name)
            entry.solution_shown = entry.solution_shown or progress.now()
    out = output.terminal()
    out.print(output.path_line("solution", workspace.display_path(exercise.solution)), soft_wrap=True)
    lines = list(_difference(exercise))
    for line in lines or ["           your files are the same"]:
        out.print(Text(line, DIFF_STYLES.get(line[:1], "")), soft_wrap=True)
    return EXIT_PASS


def _difference(exercise: Exercise) -> Iterator[str]:
    """From the learner's files, or the starter where there are none, to the solution."""
    mine = workspace.folder(exercise)
    here = mine if mine.is_dir() else exercise.starter
    for name in exercise.files:
        before = _lines(here / name) if (here / name).is_file() else []
        yield from difflib.unified_diff(
            before, _lines(exercise.solution / name), f"yours/{name}", f"solution/{name}", lineterm=""
        )


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()
