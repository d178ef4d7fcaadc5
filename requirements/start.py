"""Starts the commands for ./inv. A signal ends the start without a traceback, with the status 128 + its number."""

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

TOO_LITTLE = "iolab: out of memory: end other programs, or raise this terminal's limit with `ulimit -v`"


def leave(number: int, _: FrameType | None) -> None:
    """Exits with the status of a process that the signal ended. Nothing has been started yet."""
    sys.exit(128 + number)


def commands() -> Any:
    """Returns the commands of tasks.py. `main` calls this, so that it reports an error in tasks.py like any other."""
    from tasks import namespace

    return namespace


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        # If nohup made the process ignore SIGHUP, it still ignores it.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, leave)
    # Python would look for modules in this file's folder first; they are in the checkout's.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    try:
        from scenarios.commands.program import main
    except (MemoryError, SystemError):  # CPython raises SystemError if it has no memory for the MemoryError
        print(TOO_LITTLE, file=sys.stderr)
        sys.exit(3)
    main(sys.argv[1:], commands)
