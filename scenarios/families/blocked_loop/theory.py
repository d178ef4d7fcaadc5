"""The effect of a stall on requests at a constant rate: how many wait, how long, and which percentile shows it. Pure.

Request k is due at k / rate. A stall that begins at b and lasts s makes each request that is due in it wait until
b + s: the first waits s, the last almost nothing. In a run of t seconds, (s - x) * rate of t * rate requests wait more
than any x < s, so the 99th percentile of the waits is s - 0.01 * t, if that is above 0 (wrk2's README and Gil Tene's
"How NOT to measure latency" call it corrected for coordinated omission). A client that waits for each answer before it
sends the next request sends one request in the stall, and times the others from when it sent them, not when they were
due.
"""

import math
from collections.abc import Sequence


def waits(rate: float, count: int, stall: float) -> list[float]:
    """Seconds that each of `count` requests waits after it is due, if the stall begins with the first."""
    # A later beginning makes no difference as long as the stall ends before the last request.
    return [max(0.0, stall - number / rate) for number in range(count)]


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` percent of all values do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def corrected(rate: float, count: int, stall: float) -> float:
    """The 99th percentile, in seconds, of the waits since requests were due."""
    return percentile(waits(rate, count, stall), 99)


def meant_within(rate: float, stall: float) -> tuple[int, int]:
    """(least, most) requests that are due within the stall, wherever it begins."""
    distances = round(rate * stall, 6)
    return math.floor(distances), math.ceil(distances)
