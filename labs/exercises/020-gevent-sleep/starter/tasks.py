"""Tasks that sleep concurrently, each for its own time."""

import time
from collections.abc import Sequence

import gevent

from labs.programs.demos.sleeping import Span, run


def task(number: int, seconds: float) -> Span:
    """Sleeps, and returns when the sleep began and ended (time.perf_counter)."""
    begun = time.perf_counter()
    print(f"task {number} goes to sleep", flush=True)
    # TODO 1: this sleep blocks the only thread. Which one lets the other tasks run meanwhile?
    time.sleep(seconds)
    print(f"task {number} is back", flush=True)
    return begun, time.perf_counter()


def sleep_all(sleeps: Sequence[tuple[int, float]]) -> list[Span]:
    """Starts all tasks, each a number and its seconds, waits for all of them, and returns when each slept."""
    # TODO 2: start all tasks (gevent.spawn) before you wait for one.
    return [gevent.spawn(task, number, seconds).get() for number, seconds in sleeps]


if __name__ == "__main__":
    run(sleep_all, __doc__)
