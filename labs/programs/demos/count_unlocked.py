"""Threads that read, wait a moment, and write: what the others wrote meanwhile is lost.

python -m labs.programs.demos.count_unlocked --workers 4 --updates 300
"""

import argparse
import time
from collections.abc import Sequence

from labs.programs.demos.counting import Count, begin_thread, run

# Seconds: long enough for every other thread to come in.
MOMENT = 0.0001


def add(count: Count, options: argparse.Namespace) -> int:
    """The moment is between reading and writing."""
    for _ in range(options.updates):
        value = count.value
        time.sleep(MOMENT)
        count.value = value + 1
    return options.updates


def main(arguments: Sequence[str] | None = None) -> None:
    """Nothing keeps the threads apart."""
    run(begin_thread, add, __doc__, arguments)


if __name__ == "__main__":
    main()
