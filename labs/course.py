"""The course: the exercises that there are, in the order of their numbers, found by looking into their folder."""

from __future__ import annotations

import difflib
from pathlib import Path

from labs.exercise import FOLDER, Exercise, read
from scenarios import places
from scenarios.errors import UsageError


def names(folder: Path | None = None) -> list[str]:
    """The exercises' names, in order."""
    return sorted(
        path.name
        for path in (folder or places.EXERCISES).glob("[0-9]*")
        if FOLDER.fullmatch(path.name) and path.is_dir()
    )


def find(name: str, folder: Path | None = None) -> Exercise:
    """The exercise of that name; a number is enough, with its zeros or without. Raises UsageError."""
    there = names(folder)
    wanted = name.strip().rstrip("/").rpartition("/")[2]
    number = f"{int(wanted):03}" if wanted.isdecimal() and len(wanted) <= 3 else None
    found = [one for one in there if one == wanted or (number and one.startswith(f"{number}-"))]
    if not found:
        close = difflib.get_close_matches(wanted, there, 1, 0.4)
        hint = f"did you mean {close[0]!r}?" if close else "./inv lab shows them all"
        raise UsageError(f"there is no exercise {name!r}; {hint}")
    return read((folder or places.EXERCISES) / found[0])


def everything(folder: Path | None = None) -> list[Exercise]:
    """All exercises, in order."""
    return [read((folder or places.EXERCISES) / name) for name in names(folder)]


def after(name: str, folder: Path | None = None) -> str | None:
    """The name of the exercise that follows; None after the last."""
    return next((one for one in names(folder) if one > name), None)
