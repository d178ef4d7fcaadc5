"""The course: the exercises in their folder, ordered by number."""

import difflib

from labs.exercise import FOLDER, Exercise, read
from scenarios import places
from scenarios.errors import UsageError


def names() -> list[str]:
    """The exercises' names, in order."""
    there = places.EXERCISES.glob("[0-9]*")
    return sorted(path.name for path in there if FOLDER.fullmatch(path.name) and path.is_dir())


def find(name: str) -> Exercise:
    """The exercise of that name, or of that number with or without leading zeros; raises UsageError."""
    there = names()
    wanted = name.strip().rstrip("/").rpartition("/")[2]
    number = f"{int(wanted):03}" if wanted.isdecimal() and len(wanted) <= 3 else None
    found = [one for one in there if one == wanted or (number and one.startswith(f"{number}-"))]
    if not found:
        close = difflib.get_close_matches(wanted, there, 1, 0.4)
        hint = f"did you mean {close[0]!r}?" if close else "./inv lab lists all exercises"
        raise UsageError(f"there is no exercise {name!r}; {hint}")
    return read(places.EXERCISES / found[0])


def all_exercises() -> list[Exercise]:
    """All exercises, in the order of their numbers."""
    return [read(places.EXERCISES / name) for name in names()]


def next_after(name: str) -> str | None:
    """The name of the next exercise; None after the last."""
    return next((one for one in names() if one > name), None)
