"""Threads that count: each reads the counter and writes back the next number, many times."""

import threading
import time
from collections.abc import Callable

from labs.programs.demos.counting import Counter, run
from labs.programs.demos.instrumented import WatchedCounter

PAUSE = 0.0002  # seconds
lock = threading.Lock()


def work(counter: Counter, updates: int, begin: threading.Event) -> None:
    """Makes one thread's updates. Other threads run between a read and the write that follows it."""
    begin.wait()
    for _ in range(updates):
        # TODO 1: other threads write between this read and this write, and their updates are lost. Hold the lock.
        counter.value = counter.value + 1
        time.sleep(PAUSE)  # the rest of this thread's work


def count_all(counter: Counter, workers: int, updates: int, are_there: Callable[[], None]) -> None:
    """Starts one thread for each worker. They begin to count after the lab has inspected them (are_there)."""
    begin = threading.Event()
    threads = [threading.Thread(target=work, args=(counter, updates, begin)) for _ in range(workers)]
    for one in threads:
        one.start()
    are_there()
    begin.set()
    for one in threads:
        one.join()


if __name__ == "__main__":
    run(count_all, __doc__, counter=WatchedCounter())
