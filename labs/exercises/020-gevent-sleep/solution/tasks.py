"""Tasks that sleep, each for its own time, and all at the same time."""

import time
from collections.abc import Sequence

import gevent

from labs.programs.demos.sleeping import Span, run


def task(number: int, seconds: float) -> Span:
    """Goes to sleep, is back, and says when both were."""
    begun = time.perf_counter()
    print(f"task {number} goes to sleep", flush=True)
    gevent.sleep(seconds)
    print(f"task {number} is back", flush=True)
    return begun, time.perf_counter()


def sleep_all(sleeps: Sequence[tuple[int, float]]) -> list[Span]:
    """Begins all tasks, each a number and its seconds, and waits for all; returns when each slept."""
    tasks = [gevent.spawn(task, number, seconds) for number, seconds in sleeps]
    gevent.joinall(tasks)
    return [one.get() for one in tasks]


if __name__ == "__main__":
    run(sleep_all, __doc__, None)
