"""Starts invoke for ./inv; from the first moment on, SIGINT and SIGTERM end it quietly and with the right status."""

import signal
import sys
from types import FrameType


def leave(number: int, _: FrameType | None) -> None:
    """Leaves with the status of a process that the signal ended; nothing was started yet."""
    sys.exit(128 + number)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    from invoke.main import program

    sys.argv[0] = "inv"
    program.run()
