"""Runs another program, and says how control goes from greenlet to greenlet in it: while it runs, and at its end.

python -m labs.programs.demos.observed labs.programs.demos.greenlets_in_turn --greenlets 2 --steps 2
"""

import argparse
import runpy
import sys
from _thread import get_ident  # before a program may patch it: of threads, and not of greenlets

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
        self.connecting: set[greenlet.greenlet] = set()
        self.thread, self.told = get_ident(), 0

    def __call__(self, _event: str, between: tuple[greenlet.greenlet, greenlet.greenlet]) -> None:
        """`between` is who hands over, and to whom."""
        self.count += 1
        self.seen.update(one for one in between if one is not self.main)
        # A server has no end of its own; and to tell of each greenlet would be to print without end.
        if len(self.seen) > 2 * self.told:
            self.tell()

    def hear(self, event: str, _arguments: tuple[object, ...]) -> None:
        """Of all that CPython's audit tells: which greenlets of this thread connect a socket."""
        if event == "socket.connect" and get_ident() == self.thread and greenlet.getcurrent() is not self.main:
            self.connecting.add(greenlet.getcurrent())

    def tell(self) -> None:
        """Says what was counted so far."""
        self.told = len(self.seen)
        emit("observed", switches=self.count, greenlets=self.told, connecting=len(self.connecting))


def main() -> None:
    """Runs the program, whose name comes first, and reports, however it ends."""
    parser = options_of(__doc__)
    parser.add_argument("program", help="a module, as python -m takes it")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its own arguments")
    options = parser.parse_args()
    sys.argv = [options.program, *options.arguments]
    switches = Switches()
    greenlet.settrace(switches)
    sys.addaudithook(switches.hear)
    try:
        runpy.run_module(options.program, run_name="__main__", alter_sys=True)
    finally:
        greenlet.settrace(None)
        switches.tell()


if __name__ == "__main__":
    main()
