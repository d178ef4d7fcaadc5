"""A class keeps the value and its lock together; the threads are a subclass of Thread."""

import threading

from labs.programs.demos.counting import run
from labs.programs.demos.instrumented import WatchedCounter


class Total:
    def __init__(self, counter):
        self._counter, self._lock = counter, threading.Lock()

    def add(self, number):
        self._lock.acquire()
        try:
            before = self._counter.value
            self._counter.value = before + number
        finally:
            self._lock.release()


class Worker(threading.Thread):
    def __init__(self, total, updates, gate):
        super().__init__(daemon=True)
        self.total, self.updates, self.gate = total, updates, gate

    def run(self):
        self.gate.wait()
        for _ in range(self.updates):
            self.total.add(1)


def count_all(counter, workers, updates, are_there):
    total, gate = Total(counter), threading.Barrier(workers + 1)
    threads = [Worker(total, updates, gate) for _ in range(workers)]
    for thread in threads:
        thread.start()
    are_there()
    gate.wait()
    for thread in threads:
        thread.join()


run(count_all, __doc__, counter=WatchedCounter())
