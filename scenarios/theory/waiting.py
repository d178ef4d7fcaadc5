"""How long it takes to wait for many answers: one after another, all at once, or a few at a time. Pure.

Waiting for N answers of latency L, at a client's own cost c each: one after another is the sum, N * (L + c). All at
once is between max(L, N * c) and L + N * c, since one processor does the client's work. A pool of k waits for
ceil(N / k) latencies.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Bounds are compared with one measurement on a shared machine: room for the scheduler on both sides.
ROOM = 1.5
# What beginning a few tasks may take on such a machine, in seconds, however short they are themselves.
START = 0.3


@dataclass(frozen=True)
class Cost:
    """What one answer costs without latency, in seconds: `elapsed` on the clock, with the other side's own time, and
    `cpu` on the client's processor.
    """

    elapsed: float
    cpu: float


def asleep_together(times: Sequence[float]) -> tuple[float, float]:
    """[low, high] seconds until all are back who sleep at the same time: the longest."""
    return max(times), max(times) * ROOM + START


def asleep_one_by_one(times: Sequence[float]) -> tuple[float, float]:
    """[low, high] seconds until all are back who sleep one after the other: the sum."""
    return sum(times), sum(times) * ROOM + START


def told_order(times: Sequence[float], *, together: bool) -> list[str]:
    """What tasks print that say when they go to sleep and when they are back; they are begun in order.

    Together all go before the first is back, and the shortest sleep is over first. Otherwise each is back before the
    next one goes.
    """
    went = [f"task {number} goes to sleep" for number in range(1, len(times) + 1)]
    back = [f"task {number} is back" for number in range(1, len(times) + 1)]
    if not together:
        return [line for pair in zip(went, back, strict=True) for line in pair]
    return [*went, *(back[number] for number in sorted(range(len(times)), key=lambda number: times[number]))]


def rounds(answers: int, pool: int) -> int:
    """How many latencies `answers` take, `pool` at a time (0: all)."""
    return math.ceil(answers / (min(pool, answers) or answers))


def serial_seconds(answers: int, latency: float, cost: Cost) -> tuple[float, float]:
    """[low, high] seconds for `answers` of `latency` seconds, one after another: the sum."""
    return answers * latency + answers * cost.cpu / ROOM, (answers * latency + answers * cost.elapsed) * ROOM + START


def concurrent_seconds(answers: int, latency: float, pool: int, cost: Cost) -> tuple[float, float]:
    """[low, high] seconds for `answers` of `latency` seconds, `pool` at a time (0: all).

    The client's own work is done by one processor at a time, so it is never under N * cpu, and at most the whole
    N * elapsed stands beside the waiting.
    """
    waiting = rounds(answers, pool) * latency
    return max(waiting, answers * cost.cpu / ROOM), (waiting + answers * cost.elapsed) * ROOM + START
