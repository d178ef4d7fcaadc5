"""Runs another program and watches its locks: which a thread holds and waits for, and which it held at the same time.

python -m labs.programs.demos.lock_trace labs.programs.demos.ring_of_locks --threads 2 --order opposite
"""

import runpy
import sys
import threading

from labs.programs.demos.watched_locks import Locks
from labs.programs.demos.watching import program_to_watch


def main() -> None:
    program = program_to_watch(__doc__)
    locks = Locks()
    threading.Lock = locks.make  # type: ignore[assignment]
    sys.stdout.write = locks.on_write  # type: ignore[method-assign]
    runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
