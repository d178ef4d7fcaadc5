"""Tasks that sleep concurrently, each for its own time."""

import time
from collections.abc import Sequence

import gevent

from labs.programs.demos.sleeping import Span, run


def task(number: int, seconds: float) -> Span:
    """Sleeps, and returns when the sleep began and ended (time.perf_counter)."""
    begun = time.perf_counter()
    print(f"task {number} goes to sleep", flush=True)
    gevent.sleep(seconds)
    print(f"task {number} is back", flush=True)
    return begun, time.perf_counter()


def sleep_all(sleeps: Sequence[tuple[int, float]]) -> list[Span]:
    """Starts all tasks, each a number and its seconds, waits for all of them, and returns when each slept."""
    tasks = [gevent.spawn(task, number, seconds) for number, seconds in sleeps]
    gevent.joinall(tasks)
    return [one.get() for one in tasks]


if __name__ == "__main__":
    run(sleep_all, __doc__)
