"""Echoes to many clients, each in a process of its own, which does nothing but wait for it.

python -m labs.programs.servers.echo_fork --port 8001
"""

import contextlib
import os
import signal
import socket
from collections.abc import Sequence
from types import FrameType

from labs.programs.servers.echoing import announce, echo, listen

# Seconds after which it looks for ended children once more.
LATER = 0.2


def reap(_signal: int, _frame: FrameType | None) -> None:
    """Takes note of the children that have ended, or each would stay in the table of processes.

    A signal that comes just before accept() begins to wait does not end that wait: of children that end at the same
    time, some would be noticed with the next client only. So whoever has found one looks again.
    """
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            signal.setitimer(signal.ITIMER_REAL, LATER)


def serve(listener: socket.socket) -> None:
    """Serves until something is raised: no process left is meant to be seen."""
    for number in (signal.SIGCHLD, signal.SIGALRM):
        signal.signal(number, reap)
    while True:
        sock, _ = listener.accept()
        if os.fork() == 0:
            # The child must never come back into this loop, whatever happens to it.
            try:
                listener.close()
                echo(sock)
            finally:
                os._exit(0)
        # The child has its own; with this one open the client would never see the end of the stream.
        sock.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    listener = listen(__doc__, arguments)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
