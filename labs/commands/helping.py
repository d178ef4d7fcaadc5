"""The commands that help on: the next hint, a solution beside one's own, and beginning anew."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from labs import hinting, progress, telling, workspace
from labs.commands.check import chosen
from labs.exercise import Exercise
from scenarios.errors import EXIT_PASS, UsageError

DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def hint(name: str) -> int:
    """Shows the next hint; they are counted."""
    exercise = chosen(name)
    out = telling.out()
    with progress.noting() as noted:
        course = noted.of(exercise.name)
        number = hinting.following(exercise, course)
        if number is not None:
            course.hints.append(number)
        given = list(course.hints)
    if number is None:
        why = "no more for what your last attempt showed" if len(given) < len(exercise.stated.hints) else "no more"
        out.print(telling.line("hint", f"there are {why}; ./inv lab.solution {exercise.number} --show is there too"))
        return EXIT_PASS
    out.print(telling.line(f"hint {len(given)}", exercise.stated.hints[number].say, "bold"))
    return EXIT_PASS


def solution(name: str, show: bool) -> int:
    """Shows what to change to come from the learner's files to a solution; before it passed, only if insisted upon."""
    exercise = chosen(name)
    course = progress.load().of(exercise.name)
    if not (course.passed or show):
        raise UsageError(
            f"{exercise.name} has not passed yet; --show shows its solution all the same, and that is noted"
        )
    if not course.passed:
        with progress.noting() as noted:
            kept = noted.of(exercise.name)
            kept.solution_shown = kept.solution_shown or progress.now()
    out = telling.out()
    out.print(telling.place("solution", workspace.shown(exercise.solution)), soft_wrap=True)
    for line in _difference(exercise):
        out.print(Text(line, DIFF_STYLES.get(line[:1], "")), soft_wrap=True)
    return EXIT_PASS


def _difference(exercise: Exercise) -> Iterator[str]:
    """From the learner's files, or where there are none from the starter, to the solution."""
    mine = workspace.folder(exercise)
    here = mine if mine.is_dir() else exercise.starter
    for name in exercise.files:
        before = _lines(here / name) if (here / name).is_file() else []
        yield from difflib.unified_diff(
            before, _lines(exercise.solution / name), f"yours/{name}", f"solution/{name}", lineterm=""
        )


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def reset(name: str) -> int:
    """Begins an exercise anew; the learner's files are kept aside."""
    exercise = chosen(name)
    aside = workspace.reset(exercise)
    out = telling.out()
    out.print(telling.line("reset", f"{exercise.name} begins anew"))
    out.print(telling.place("kept", workspace.shown(aside)), soft_wrap=True)
    return EXIT_PASS
