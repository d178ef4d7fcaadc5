"""What a shared count comes to when several add 1 to it, and others may run between reading and writing. Pure.

Threads:
- Since CPython 3.10 a thread that holds the interpreter's lock gives it up only where the interpreter asks whether it
  should: at the begin of a function, behind a call, and at a jump backwards (Python/ceval.c and Python/bytecodes.c,
  CHECK_EVAL_BREAKER and eval_breaker). `c.value += 1` has none of these between its load and its store, so it loses
  nothing. Without that lock, in a free-threaded build, or before 3.10 anything between may be lost.
- Whoever blocks, as in a sleep, gives the lock up. Then at least 2 remain of any number of updates, if each has two or
  more: one thread reads the first value and writes it back at the end of all the others' but one, whose last update
  reads that and writes at the very end.

Greenlets run until they switch, and those that are ready run in the order in which they became so (gevent, hub and
loop.run_callback). So what is lost is known exactly.
"""

from collections import deque
from collections.abc import Iterator

SINCE = (3, 10)


def in_one_step(python: tuple[int, int], gil: bool) -> bool:
    """Whether `c.value += 1` cannot be interrupted by another thread."""
    return gil and python >= SINCE


def bounds(workers: int, updates: int) -> tuple[int, int]:
    """(least, most) that remain where another may run between each reading and writing, and at least once does."""
    if workers == 1:
        return updates, updates
    return min(updates, 2), workers * updates - 1


def in_turn(workers: int, updates: int, every: int) -> int:
    """What greenlets count who switch between reading and writing in every so manieth of their updates."""
    shared = [0]
    ready = deque(_greenlet(shared, updates, every) for _ in range(workers))
    while ready:
        greenlet = ready.popleft()
        if next(greenlet, "ended") != "ended":
            ready.append(greenlet)
    return shared[0]


def _greenlet(shared: list[int], updates: int, every: int) -> Iterator[str]:
    for number in range(1, updates + 1):
        value = shared[0]
        if number % every == 0:
            yield "switches"
        shared[0] = value + 1
