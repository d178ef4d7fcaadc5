"""When tasks that compute and wait in turn do which: one after another, in an event loop, and in threads. Pure.

Each of N tasks has R rounds; in each it computes for c seconds and then waits for w. One after another takes the sum,
N * R * (c + w). An event loop computes for one task at a time, in the order in which their answers came, and is idle
only while all wait. Threads of a CPython build with a GIL take turns at computing, in any order. They need at least
N * R * c, since one computes at a time, and at least one task's own R * (c + w); and since the lock is never free while
a task wants it, no task takes longer than its own waiting and the computing of all, R * w + N * R * c. Equal tasks come
close to that: with fair turns they all compute at once, and then they all wait at once.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """So many tasks, each of so many rounds of `compute` and `wait` seconds."""

    tasks: int
    rounds: int
    compute: float
    wait: float


@dataclass(frozen=True)
class Period:
    """A task waits (`wait`) or computes from `begin` to `end`, in seconds since the start."""

    begin: float
    end: float
    wait: bool


# By task, from 1 on, what it does in order.
Schedule = Mapping[int, list[Period]]


def serial(load: Load) -> Schedule:
    """One task after another."""
    now = 0.0
    periods: dict[int, list[Period]] = {}
    for task in range(1, load.tasks + 1):
        periods[task] = []
        for _ in range(load.rounds):
            asked, answered = now + load.compute, now + load.compute + load.wait
            periods[task] += [Period(now, asked, wait=False), Period(asked, answered, wait=True)]
            now = answered
    return periods


def event_loop(load: Load) -> Schedule:
    """The task whose answer came first continues; its waiting ends when the loop takes the answer."""
    now, periods = 0.0, {task: list[Period]() for task in range(1, load.tasks + 1)}
    ready = [(0.0, task) for task in periods]
    while ready:
        answered, task = heapq.heappop(ready)
        now = max(now, answered)
        if periods[task]:
            periods[task].append(Period(periods[task][-1].end, now, wait=True))
        if len(periods[task]) < 2 * load.rounds:
            periods[task].append(Period(now, now + load.compute, wait=False))
            now += load.compute
            heapq.heappush(ready, (now + load.wait, task))
    return periods


def seconds(schedule: Schedule) -> float:
    """When the last task is done, in seconds since the start."""
    return max(periods[-1].end for periods in schedule.values())


def threads_seconds(load: Load) -> tuple[float, float]:
    """[low, high] seconds that threads take which compute in turn."""
    computing = load.tasks * load.rounds * load.compute
    waiting = load.rounds * load.wait
    return max(computing, load.rounds * load.compute + waiting), computing + waiting


def together(schedule: Schedule, *, wait: bool, beside: bool | None) -> float:
    """Seconds in which one task waits (computes, if not `wait`) while another waits (`beside`), computes (not `beside`)
    or does either (None), summed over all pairs.
    """
    mine = [(task, one) for task, some in schedule.items() for one in some if one.wait == wait]
    others = [(task, one) for task, some in schedule.items() for one in some if beside in (None, one.wait)]
    pairs = (min(a.end, b.end) - max(a.begin, b.begin) for one, a in mine for other, b in others if one != other)
    return sum(max(0.0, both) for both in pairs)


def beside_in_any_order(load: Load) -> float:
    """The least seconds in which one task waits while another waits or computes, if all start together."""
    # Of each two tasks, all waits of the one that ends first.
    return load.tasks * (load.tasks - 1) / 2 * load.rounds * load.wait


def computing_seconds(schedule: Schedule) -> float:
    """Seconds in which at least one task computes."""
    total, until = 0.0, 0.0
    for one in sorted((one for some in schedule.values() for one in some if not one.wait), key=lambda one: one.begin):
        total += max(0.0, one.end - max(one.begin, until))
        until = max(until, one.end)
    return total
