"""Greenlets that read, let the others run, and write: what the others wrote meanwhile is lost.

python -m labs.programs.demos.count_switching --workers 4 --updates 300 --every 1
"""

import argparse
from collections.abc import Sequence

import gevent

from labs.programs.demos.counting import Count, run


def add(count: Count, options: argparse.Namespace) -> int:
    """The switch is between reading and writing, in each update or in every so manieth."""
    for number in range(1, options.updates + 1):
        value = count.value
        if number % options.every == 0:
            gevent.sleep(0)
        count.value = value + 1
    return options.updates


def main(arguments: Sequence[str] | None = None) -> None:
    """Nothing keeps the greenlets apart."""
    run(gevent.spawn, add, __doc__, arguments)


if __name__ == "__main__":
    main()
