"""A pool of threads, and a lock that its holder may take again."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from labs.programs.demos.counting import run
from labs.programs.demos.instrumented import WatchedCounter

lock = threading.RLock()


def read(counter):
    with lock:
        return counter.value


def update(counter):
    with lock:
        counter.value = read(counter) + 1


def work(counter, updates, begin):
    begin.wait()
    for _ in range(updates):
        update(counter)
        time.sleep(0.0002)


def count_all(counter, workers, updates, are_there):
    begin = threading.Event()
    with ThreadPoolExecutor(workers) as pool:
        results = [pool.submit(work, counter, updates, begin) for _ in range(workers)]
        are_there()
        begin.set()
        for one in results:
            one.result()


run(count_all, __doc__, counter=WatchedCounter())
