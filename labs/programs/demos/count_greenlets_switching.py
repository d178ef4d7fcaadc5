"""Greenlets that switch between the read and the write lose updates, and always the same number.

python -m labs.programs.demos.count_greenlets_switching --workers 4 --updates 300
"""

from collections.abc import Callable

import gevent
from gevent.event import Event

from labs.programs.demos.counting import Counter, run


def work(counter: Counter, updates: int, begin: Event) -> None:
    begin.wait()
    for _ in range(updates):
        read = counter.value
        gevent.sleep(0)
        counter.value = read + 1


def count_all(counter: Counter, workers: int, updates: int, are_there: Callable[[], None]) -> None:
    begin = Event()
    greenlets = [gevent.spawn(work, counter, updates, begin) for _ in range(workers)]
    gevent.sleep(0)
    are_there()
    begin.set()
    gevent.joinall(greenlets, raise_error=True)


def main() -> None:
    run(count_all, __doc__)


if __name__ == "__main__":
    main()
