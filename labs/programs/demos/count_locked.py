"""Threads that read, wait a moment, and write, all of it under a lock: one after the other.

python -m labs.programs.demos.count_locked --workers 4 --updates 300
"""

import argparse
import threading
import time
from collections.abc import Sequence

from labs.programs.demos.counting import Count, begin_thread, run

# Seconds: long enough for every other thread to come in, if it could.
MOMENT = 0.0001
LOCK = threading.Lock()


def add(count: Count, options: argparse.Namespace) -> int:
    """The moment is between reading and writing, and within the lock."""
    for _ in range(options.updates):
        with LOCK:
            value = count.value
            time.sleep(MOMENT)
            count.value = value + 1
    return options.updates


def main(arguments: Sequence[str] | None = None) -> None:
    """The lock keeps the threads apart."""
    run(begin_thread, add, __doc__, arguments)


if __name__ == "__main__":
    main()
