"""Runs another program and watches it: its switches between greenlets, and which greenlet or generator prints a line.

python -m labs.programs.demos.greenlet_trace labs.programs.demos.greenlets_in_turn --greenlets 2 --steps 2
"""

import runpy
import sys
import time

import greenlet

from labs.programs.demos.greenlet_switches import Switches
from labs.programs.demos.watching import program_to_watch


def main() -> None:
    program = program_to_watch(__doc__)
    switches = Switches()
    greenlet.settrace(switches)
    sys.addaudithook(switches.on_audit)
    sys.stdout.write = switches.on_write  # type: ignore[method-assign]
    time.sleep = switches.on_sleep  # type: ignore[assignment]
    try:
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    finally:
        greenlet.settrace(None)
        switches.report()


if __name__ == "__main__":
    main()
