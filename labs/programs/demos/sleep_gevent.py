"""Greenlets that sleep with gevent's own sleep: whoever sleeps lets the others run.

python -m labs.programs.demos.sleep_gevent --sleeps 2,1 --scale 0.2
"""

import time
from collections.abc import Sequence

import gevent

from labs.programs.demos.sleeping import Span, run


def task(number: int, seconds: float) -> Span:
    """Sleeps, and lets the others run meanwhile."""
    begun = time.perf_counter()
    print(f"task {number} goes to sleep", flush=True)
    gevent.sleep(seconds)
    print(f"task {number} is back", flush=True)
    return begun, time.perf_counter()


def main(arguments: Sequence[str] | None = None) -> None:
    """Begins all tasks, and waits for all."""
    run(lambda sleeps: [one.get() for one in [gevent.spawn(task, *one) for one in sleeps]], __doc__, arguments)


if __name__ == "__main__":
    main()
