"""Threads that count: each reads the counter and writes it back by one higher, many times."""

import threading
from collections.abc import Callable

from labs.programs.demos.counting import Counter, run
from labs.programs.demos.watched import WatchedCounter

lock = threading.Lock()


def work(counter: Counter, updates: int, begin: threading.Event) -> None:
    """One thread's updates. Others run between any read and the write that follows it."""
    begin.wait()
    for _ in range(updates):
        with lock:
            counter.value = counter.value + 1


def count_all(counter: Counter, workers: int, updates: int, are_there: Callable[[], None]) -> None:
    """One thread for each worker; they begin once the lab has seen them all."""
    begin = threading.Event()
    threads = [threading.Thread(target=work, args=(counter, updates, begin)) for _ in range(workers)]
    for one in threads:
        one.start()
    are_there()
    begin.set()
    for one in threads:
        one.join()


if __name__ == "__main__":
    shared = WatchedCounter()
    run(count_all, __doc__, None, shared)
    shared.report()
