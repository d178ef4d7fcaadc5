"""When tasks compute and wait that do both in turn: one after the other, in an event loop, and in threads. Pure.

Each of N tasks has R rounds; in each it computes for c seconds and then waits for w. One after the other, all of it is
the sum, N * R * (c + w). An event loop computes for one task at a time, in the order in which their answers came, and
is idle only while all wait. Threads under CPython's global lock take turns at computing, in whatever order: with one
processor's worth of it they need at least N * R * c, and at least one task's own R * (c + w); and since the lock is
never free while a task wants it, no task is slower than its own waiting and everybody's computing, R * w + N * R * c.
Tasks that are alike come close to that: fair turns have them all compute at once, and then they all wait at once.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What is to be done: so many tasks, each so many rounds of `compute` and `wait` seconds."""

    tasks: int
    rounds: int
    compute: float
    wait: float


@dataclass(frozen=True)
class Period:
    """What a task does from `begin` to `end`, in seconds from the start; `wait` tells waiting from computing."""

    begin: float
    end: float
    wait: bool


# Of each task, from 1 on, what it does in order.
Schedule = Mapping[int, list[Period]]


def serial(load: Load) -> Schedule:
    """One task after the other."""
    now = 0.0
    found: dict[int, list[Period]] = {}
    for task in range(1, load.tasks + 1):
        found[task] = []
        for _ in range(load.rounds):
            asked, answered = now + load.compute, now + load.compute + load.wait
            found[task] += [Period(now, asked, wait=False), Period(asked, answered, wait=True)]
            now = answered
    return found


def event_loop(load: Load) -> Schedule:
    """Whoever's answer came first goes on; waiting ends when the loop takes the answer up."""
    now, found = 0.0, {task: list[Period]() for task in range(1, load.tasks + 1)}
    ready = [(0.0, task) for task in found]
    while ready:
        answered, task = heapq.heappop(ready)
        now = max(now, answered)
        if found[task]:
            found[task].append(Period(found[task][-1].end, now, wait=True))
        if len(found[task]) < 2 * load.rounds:
            found[task].append(Period(now, now + load.compute, wait=False))
            now += load.compute
            heapq.heappush(ready, (now + load.wait, task))
    return found


def seconds(schedule: Schedule) -> float:
    """When the last task is done."""
    return max(periods[-1].end for periods in schedule.values())


def threads_seconds(load: Load) -> tuple[float, float]:
    """[low, high] seconds in threads that take turns at computing."""
    computing = load.tasks * load.rounds * load.compute
    waiting = load.rounds * load.wait
    return max(computing, load.rounds * load.compute + waiting), computing + waiting


def together(schedule: Schedule, *, wait: bool, beside: bool | None) -> float:
    """Seconds in which one task waits, or without `wait` computes, while another waits (True), computes, or does either
    (None), counted for each such pair.
    """
    mine = [(task, one) for task, some in schedule.items() for one in some if one.wait == wait]
    others = [(task, one) for task, some in schedule.items() for one in some if beside in (None, one.wait)]
    pairs = (min(a.end, b.end) - max(a.begin, b.begin) for one, a in mine for other, b in others if one != other)
    return sum(max(0.0, both) for both in pairs)


def beside_in_any_order(load: Load) -> float:
    """The least seconds in which one waits while another waits or computes, when all begin together: of each two tasks
    all the waits of the one that ends first.
    """
    return load.tasks * (load.tasks - 1) / 2 * load.rounds * load.wait


def computing_seconds(schedule: Schedule) -> float:
    """Seconds in which any task computes."""
    total, until = 0.0, 0.0
    for one in sorted((one for some in schedule.values() for one in some if not one.wait), key=lambda one: one.begin):
        total += max(0.0, one.end - max(one.begin, until))
        until = max(until, one.end)
    return total
