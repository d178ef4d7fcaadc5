"""Tasks that sleep, each for its own time, and all at the same time."""

import time
from collections.abc import Sequence

import gevent

from labs.programs.demos.sleeping import Span, run


def task(number: int, seconds: float) -> Span:
    """Goes to sleep, is back, and says when both were."""
    begun = time.perf_counter()
    print(f"task {number} goes to sleep", flush=True)
    # TODO 1: this sleep keeps the only thread. Which one lets the others run meanwhile?
    time.sleep(seconds)
    print(f"task {number} is back", flush=True)
    return begun, time.perf_counter()


def sleep_all(sleeps: Sequence[tuple[int, float]]) -> list[Span]:
    """Begins all tasks, each a number and its seconds, and waits for all; returns when each slept."""
    # TODO 2: begin them all (gevent.spawn) before any is waited for.
    return [gevent.spawn(task, number, seconds).get() for number, seconds in sleeps]


if __name__ == "__main__":
    run(sleep_all, __doc__, None)
