"""Estimates how long the rest of a sweep will take, from the runs that are done. Pure."""

import statistics
from collections.abc import Sequence

from scenarios.theory import growth

At = float | None  # a run's value on the axis; None if the sweep has no axis


def seconds_left(done: Sequence[tuple[At, float]], remaining: Sequence[At]) -> float | None:
    """Seconds for the `remaining` runs, from (value on the axis, seconds) of the runs that are done; None without any.

    A run at N takes a + b * N, but at least the median; with too few points for a line, it takes the median.
    """
    if not done:
        return None
    median = statistics.median(seconds for _, seconds in done)
    placed = [(n, seconds) for n, seconds in done if n is not None]
    if len({n for n, _ in placed}) < growth.LEAST_POINTS:
        return median * len(remaining)
    fixed, each = growth.line(placed)
    return sum(median if n is None else max(median, fixed + each * n) for n in remaining)


def in_words(seconds: float | None) -> str:
    """For example `about 40 s left`; an empty text if nothing is known or less than a second is left."""
    if seconds is None or seconds < 1:
        return ""
    return f"about {seconds:.0f} s left" if seconds < 120 else f"about {seconds / 60:.0f} min left"
