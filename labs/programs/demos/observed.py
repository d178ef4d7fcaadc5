"""Runs another program, and says at its end how control went from greenlet to greenlet in it.

python -m labs.programs.demos.observed labs.programs.demos.greenlets_in_turn --greenlets 2 --steps 2
"""

import argparse
import runpy
import sys

import greenlet

from labs.programs.arguments import options_of
from labs.programs.events import emit


class Switches:
    """Counts what greenlet itself tells of each switch, and who was switched to."""

    def __init__(self) -> None:
        """Nothing was switched yet."""
        self.main = greenlet.getcurrent()
        self.count = 0
        # The greenlets themselves: the id of one that is gone may be given to another.
        self.seen: set[greenlet.greenlet] = set()

    def __call__(self, _event: str, between: tuple[greenlet.greenlet, greenlet.greenlet]) -> None:
        """`between` is who hands over, and to whom."""
        self.count += 1
        self.seen.update(one for one in between if one is not self.main)


def main() -> None:
    """Runs the program, whose name comes first, and reports, however it ends."""
    parser = options_of(__doc__)
    parser.add_argument("program", help="a module, as python -m takes it")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its own arguments")
    options = parser.parse_args()
    sys.argv = [options.program, *options.arguments]
    switches = Switches()
    greenlet.settrace(switches)
    try:
        runpy.run_module(options.program, run_name="__main__", alter_sys=True)
    finally:
        greenlet.settrace(None)
        emit("observed", switches=switches.count, greenlets=len(switches.seen))


if __name__ == "__main__":
    main()
