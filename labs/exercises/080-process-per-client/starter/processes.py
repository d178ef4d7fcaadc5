"""An echo server with a process for each client."""

import signal
import socket

from labs.programs.servers.echoing import announce, echo, listen


def reap(*_: object) -> None:
    """Called at SIGCHLD: one or more children have ended."""
    # TODO 3: collect every child that has ended, or it stays in the process table as a zombie. Do not wait for those
    # that still run.


def serve(listener: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, reap)
    while True:
        sock = accept(listener)
        # TODO 1: fork a child that calls echo(sock) and then exits. The parent accepts the next client at once.
        # TODO 2: after a fork, parent and child both have every descriptor. Close in each the one that it does not use.
        echo(sock)


def accept(listener: socket.socket) -> socket.socket:
    """The next client. It wakes once a second, and runs reap() for a child that ended just before it began to wait."""
    listener.settimeout(1)
    while True:
        try:
            return listener.accept()[0]
        except TimeoutError:
            reap()


def main() -> None:
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
