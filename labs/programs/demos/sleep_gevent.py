"""Greenlets that sleep with gevent.sleep: while one sleeps, the others run.

python -m labs.programs.demos.sleep_gevent --sleeps 2,1 --scale 0.2
"""

import time

import gevent

from labs.programs.demos.sleeping import Span, run


def task(number: int, seconds: float) -> Span:
    begun = time.perf_counter()
    print(f"task {number} goes to sleep", flush=True)
    gevent.sleep(seconds)
    print(f"task {number} is back", flush=True)
    return begun, time.perf_counter()


def main() -> None:
    run(lambda sleeps: [one.get() for one in [gevent.spawn(task, *one) for one in sleeps]], __doc__)


if __name__ == "__main__":
    main()
