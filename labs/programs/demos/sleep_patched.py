"""Greenlets that sleep with time.sleep, which gevent has patched: the call is gevent.sleep now.

python -m labs.programs.demos.sleep_patched --sleeps 2,1 --scale 0.2
"""

from gevent import monkey

# Before all other imports: a module that imported the old sleep before this keeps it.
monkey.patch_all()

import time  # noqa: E402

import gevent  # noqa: E402

from labs.programs.demos.sleeping import Span, run  # noqa: E402


def task(number: int, seconds: float) -> Span:
    begun = time.perf_counter()
    print(f"task {number} goes to sleep", flush=True)
    time.sleep(seconds)
    print(f"task {number} is back", flush=True)
    return begun, time.perf_counter()


def main() -> None:
    run(lambda sleeps: [one.get() for one in [gevent.spawn(task, *one) for one in sleeps]], __doc__)


if __name__ == "__main__":
    main()
