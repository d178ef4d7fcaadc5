"""Which hint comes next: first those for what the last attempt showed, then the general ones."""

from fnmatch import fnmatchcase

from labs.exercise import Exercise
from labs.progress import ExerciseProgress


def next_hint(exercise: Exercise, saved: ExerciseProgress) -> int | None:
    """The index of the next hint in the exercise's list; None if all that apply were given."""
    found = saved.attempts[-1].findings if saved.attempts else []
    files = saved.attempts[-1].files if saved.attempts else []
    left = [
        (index, hint)
        for index, hint in enumerate(exercise.spec.hints)
        if index not in saved.hints and (hint.file is None or hint.file in files)
    ]
    fitting = [index for index, hint in left if any(fnmatchcase(about, w) for about in found for w in hint.when)]
    general = [index for index, hint in left if not hint.when]
    return next(iter([*fitting, *general]), None)
