"""The standard library's sleep, patched: code that knows nothing of gevent sleeps in gevent's loop too."""

from gevent import monkey

monkey.patch_all()

import time

import gevent

from labs.programs.demos.sleeping import run


def task(number, seconds):
    begun = time.perf_counter()
    print(f"task {number} goes to sleep", flush=True)
    time.sleep(seconds)
    print(f"task {number} is back", flush=True)
    return begun, time.perf_counter()


def sleep_all(sleeps):
    return [one.get() for one in [gevent.spawn(task, *one) for one in sleeps]]


run(sleep_all, __doc__)
