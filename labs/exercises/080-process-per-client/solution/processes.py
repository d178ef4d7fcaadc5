"""An echo server with a process for each client."""

import os
import signal
import socket

from labs.programs.servers.echoing import announce, echo, listen


def reap(*_: object) -> None:
    """Called at SIGCHLD: one or more children have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass  # there is no child at all


def serve(listener: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, reap)
    while True:
        sock = accept(listener)
        if os.fork() == 0:
            try:
                listener.close()
                echo(sock)
            finally:
                os._exit(0)  # whatever happens, the child must not return into this loop
        sock.close()


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
