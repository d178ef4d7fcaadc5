"""How long the rest of a sweep will take, by what its runs have taken so far. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from scenarios.theory import growth

At = float | None  # where a run is on the axis; None without one


def left(done: Sequence[tuple[At, float]], ahead: Sequence[At]) -> float | None:
    """Seconds for the runs `ahead`, from (place, seconds) of those that are done; None before the first is.

    Along an axis a run takes a + b * N; where the line would say less, or is drawn through too few, as long as the
    middle one of those done.
    """
    if not done:
        return None
    middle = statistics.median(seconds for _, seconds in done)
    placed = [(n, seconds) for n, seconds in done if n is not None]
    if len({n for n, _ in placed}) < growth.LEAST_POINTS:
        return middle * len(ahead)
    fixed, each = growth.line(placed)
    return sum(middle if n is None else max(middle, fixed + each * n) for n in ahead)


def in_words(seconds: float | None) -> str:
    """`about 40 s left`; nothing where nothing is known, or next to nothing is left."""
    if seconds is None or seconds < 1:
        return ""
    return f"about {seconds:.0f} s left" if seconds < 120 else f"about {seconds / 60:.0f} min left"
