"""How long it takes to wait for many answers: one after another, all at once, or a few at a time. Pure.

To wait for N answers of latency L, at a client's own cost c each: one after another takes the sum, N * (L + c). All at
once takes between max(L, N * c) and L + N * c, since one CPU does the client's work. A pool of k waits for ceil(N / k)
latencies.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# A factor for the scheduler of a shared machine, on both sides of the bounds.
ROOM = 1.5
# Seconds that it may take such a machine to start a few tasks, however short they are.
START = 0.3


@dataclass(frozen=True)
class Cost:
    """Seconds for one answer without latency: by the clock, with the server's time, and of the client's CPU."""

    elapsed: float
    cpu: float


def asleep_together(times: Sequence[float]) -> tuple[float, float]:
    """[low, high] seconds until all tasks are back if they sleep at the same time: the longest."""
    return max(times), max(times) * ROOM + START


def asleep_one_by_one(times: Sequence[float]) -> tuple[float, float]:
    """[low, high] seconds until all tasks are back if they sleep one after another: the sum."""
    return sum(times), sum(times) * ROOM + START


def printed_order(times: Sequence[float], *, together: bool) -> list[str]:
    """The lines of tasks that start in order, and print when they go to sleep and when they are back."""
    went = [f"task {number} goes to sleep" for number in range(1, len(times) + 1)]
    back = [f"task {number} is back" for number in range(1, len(times) + 1)]
    if not together:  # each task is back before the next one goes to sleep
        return [line for pair in zip(went, back, strict=True) for line in pair]
    # All go to sleep before the first is back, and the shortest sleep ends first.
    return [*went, *(back[number] for number in sorted(range(len(times)), key=lambda number: times[number]))]


def rounds(answers: int, pool: int) -> int:
    """How many latencies `answers` take, `pool` at a time (0: all)."""
    return math.ceil(answers / (min(pool, answers) or answers))


def serial_seconds(answers: int, latency: float, cost: Cost) -> tuple[float, float]:
    """[low, high] seconds for `answers` of `latency` seconds, one after another: the sum."""
    return answers * latency + answers * cost.cpu / ROOM, (answers * latency + answers * cost.elapsed) * ROOM + START


def concurrent_seconds(answers: int, latency: float, pool: int, cost: Cost) -> tuple[float, float]:
    """[low, high] seconds for `answers` of `latency` seconds, `pool` at a time (0: all)."""
    # One CPU at a time does the client's own work: it takes at least N * cpu, and adds at most N * elapsed to the wait.
    waiting = rounds(answers, pool) * latency
    return max(waiting, answers * cost.cpu / ROOM), (waiting + answers * cost.elapsed) * ROOM + START
