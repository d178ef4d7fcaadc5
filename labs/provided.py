"""The modules of the lab that a learner's program can import: those that the exercise's own files import, and theirs.

A machine that runs a learner's program has no others: a program that starts one of the lab's servers instead of being
one finds none.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from labs.exercise import Exercise
from scenarios.places import ROOT

PACKAGE = "labs"
# What an engine starts every program with, and a former name that learners' files from before import.
ALWAYS = ("labs.programs.turn", "labs.programs.demos.watched")


def provided(exercise: Exercise, through: Iterable[str] = ()) -> dict[str, str]:
    """The texts of those modules by their paths in the checkout; `through` are programs of labs/programs."""
    files = [*sorted(exercise.starter.glob("*.py")), *sorted(exercise.solution.glob("*.py"))]
    wanted = [*ALWAYS, *(f"labs.programs.{one}" for one in through)]
    wanted += [name for path in files for name in imported(path.read_text(encoding="utf-8"))]
    found: dict[str, str] = {}
    while wanted:
        for path in _files_of(wanted.pop()):
            key = path.relative_to(ROOT).as_posix()
            if key not in found:
                found[key] = path.read_text(encoding="utf-8")
                wanted += imported(found[key])
    return found


def imported(source: str) -> Iterator[str]:
    """The names of the lab's modules, or of what is in them, that a source imports anywhere."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.split(".")[0] == PACKAGE)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE:
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _files_of(name: str) -> Iterator[Path]:
    """The file of a module, or of the module that has such a name in it, and the packages around it."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        path = ROOT.joinpath(*parts[:length])
        if (path / "__init__.py").is_file():
            yield path / "__init__.py"
        elif path.with_suffix(".py").is_file():
            yield path.with_suffix(".py")
