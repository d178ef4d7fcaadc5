"""Threads that add with `+= 1` alone, and are interrupted as often as the interpreter can.

python -m labs.programs.demos.count_plain --workers 4 --updates 200000
"""

import argparse
import sys
from collections.abc import Sequence

from labs.programs.demos.counting import Count, begin_thread, run


def add(count: Count, options: argparse.Namespace) -> int:
    """Between reading and writing there is no call and no jump back."""
    mine = interrupted = 0
    for _ in range(options.updates):
        interrupted += count.value != mine
        count.value += 1
        mine = count.value
    count.interrupted += interrupted
    return options.updates


def main(arguments: Sequence[str] | None = None) -> None:
    """Another thread may run every 10 microseconds."""
    sys.setswitchinterval(1e-5)
    run(begin_thread, add, __doc__, arguments)


if __name__ == "__main__":
    main()
