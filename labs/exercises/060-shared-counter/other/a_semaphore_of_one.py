"""A semaphore lets one thread in at a time."""

import threading
import time

from labs.programs.demos.counting import run
from labs.programs.demos.instrumented import WatchedCounter

one_at_a_time = threading.BoundedSemaphore(1)


def count_all(counter, workers, updates, are_there):
    begin = threading.Event()

    def work():
        begin.wait()
        for _ in range(updates):
            with one_at_a_time:
                counter.value += 1
            time.sleep(0.0002)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    are_there()
    begin.set()
    for thread in threads:
        thread.join()


run(count_all, __doc__, counter=WatchedCounter())
