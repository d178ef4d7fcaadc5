"""What a stall does to requests of a constant rate: who waits, how long, and which percentile tells of it. Pure.

Request k is meant to be sent at k / rate. A stall that begins at b and lasts s makes each that is meant to be sent in
it wait until b + s: the first of them s, the last next to nothing. In a run of t seconds the waits above any x < s
belong to (s - x) * rate of t * rate requests, so the 99th percentile of the waits is s - 0.01 * t, if that is above 0
(wrk2's README and Gil Tene's "How NOT to measure latency" call it corrected for coordinated omission). A client that
waits for each answer before it sends on sends one request in the stall, and times no other from when it was meant.
"""

import math
from collections.abc import Sequence


def waits(rate: float, count: int, stall: float) -> list[float]:
    """Seconds that each of `count` requests waits, from when it is meant to be sent; the stall begins with the first.

    When it begins makes no difference, as long as it ends before the last one.
    """
    return [max(0.0, stall - number / rate) for number in range(count)]


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of all are not above."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def corrected(rate: float, count: int, stall: float) -> float:
    """The 99th percentile of the waits, from when requests were meant to be sent."""
    return percentile(waits(rate, count, stall), 99)


def meant_within(rate: float, stall: float) -> tuple[int, int]:
    """How many requests are meant to be sent within the stall, at least and at most, wherever it begins.

    They come at equal distances: of a whole number of these, as many are in it; of another, the next lower or higher.
    """
    distances = round(rate * stall, 6)
    return math.floor(distances), math.ceil(distances)
