"""Echoes to many clients, each in a process of its own, which only waits for it.

python -m labs.programs.servers.echo_fork --port 8001
"""

import contextlib
import os
import signal
import socket
from types import FrameType

from labs.programs.servers.echoing import announce, echo, listen

LATER = 0.2  # seconds after which it looks for ended children once more


def reap(_signal: int, _frame: FrameType | None) -> None:
    """Reaps the children that have ended, or they would stay in the process table as zombies.

    A signal that comes just before accept() begins to wait does not end that wait. Of children that end together some
    would be reaped only with the next client, so after each success it looks again later.
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
            # Whatever happens, the child must not return into this loop.
            try:
                listener.close()
                echo(sock)
            finally:
                os._exit(0)
        # The child has its own copy; with this one open the client would never see the end of the stream.
        sock.close()


def main() -> None:
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
