"""Greenlets that sleep with time.sleep, which gevent has patched: it is gevent's own sleep then.

python -m labs.programs.demos.sleep_patched --sleeps 2,1 --scale 0.2
"""

from gevent import monkey

# First of all: a module that imports the old sleep before this keeps it.
monkey.patch_all()

import time  # noqa: E402
from collections.abc import Sequence  # noqa: E402

import gevent  # noqa: E402

from labs.programs.demos.sleeping import Span, run  # noqa: E402


def task(number: int, seconds: float) -> Span:
    """Sleeps, and lets the others run meanwhile."""
    begun = time.perf_counter()
    print(f"task {number} goes to sleep", flush=True)
    time.sleep(seconds)
    print(f"task {number} is back", flush=True)
    return begun, time.perf_counter()


def main(arguments: Sequence[str] | None = None) -> None:
    """Begins all tasks, and waits for all."""
    run(lambda sleeps: [one.get() for one in [gevent.spawn(task, *one) for one in sleeps]], __doc__, arguments)


if __name__ == "__main__":
    main()
