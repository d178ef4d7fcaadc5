"""Threads update one counter and let others run between the read and the write: updates are lost.

python -m labs.programs.demos.count_threads_switching --workers 4 --updates 300
"""

import threading
import time
from collections.abc import Callable

from labs.programs.demos.counting import Counter, run


def work(counter: Counter, updates: int, begin: threading.Event) -> None:
    begin.wait()
    for _ in range(updates):
        read = counter.value
        time.sleep(0)
        counter.value = read + 1


def count_all(counter: Counter, workers: int, updates: int, are_there: Callable[[], None]) -> None:
    begin = threading.Event()
    threads = [threading.Thread(target=work, args=(counter, updates, begin)) for _ in range(workers)]
    for one in threads:
        one.start()
    are_there()
    begin.set()
    for one in threads:
        one.join()


def main() -> None:
    run(count_all, __doc__)


if __name__ == "__main__":
    main()
