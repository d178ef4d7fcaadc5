"""Which hint comes next: one that the last attempt calls for before one that is for everybody."""

from __future__ import annotations

from fnmatch import fnmatchcase

from labs.exercise import Exercise
from labs.progress import Course


def following(exercise: Exercise, noted: Course) -> int | None:
    """The number of the next hint, from 0, among the exercise's; None when all that apply were given."""
    found = noted.attempts[-1].findings if noted.attempts else []
    left = [(number, hint) for number, hint in enumerate(exercise.stated.hints) if number not in noted.hints]
    called_for = [number for number, hint in left if any(fnmatchcase(about, w) for about in found for w in hint.when)]
    for_everybody = [number for number, hint in left if not hint.when]
    return next(iter([*called_for, *for_everybody]), None)
