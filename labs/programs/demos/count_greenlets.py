"""Greenlets that read and write, and then let the others run: nothing comes between.

python -m labs.programs.demos.count_greenlets --workers 4 --updates 300
"""

import argparse
from collections.abc import Sequence

import gevent

from labs.programs.demos.counting import Count, run


def add(count: Count, options: argparse.Namespace) -> int:
    """The switch is behind the update."""
    for _ in range(options.updates):
        value = count.value
        count.value = value + 1
        gevent.sleep(0)
    return options.updates


def main(arguments: Sequence[str] | None = None) -> None:
    """Nothing keeps the greenlets apart, and nothing has to."""
    run(gevent.spawn, add, __doc__, arguments)


if __name__ == "__main__":
    main()
