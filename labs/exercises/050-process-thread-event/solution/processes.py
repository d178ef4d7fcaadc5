"""An echo server with a process for each client."""

import os
import signal
import socket

from labs.programs.servers.echoing import announce, echo, listen


def reap(*_: object) -> None:
    """Takes note of the children that have ended, or each would stay in the table of processes."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def serve(listener: socket.socket) -> None:
    """Serves for ever; that there is no process left is meant to be seen."""
    signal.signal(signal.SIGCHLD, reap)
    listener.settimeout(1)  # a signal that comes just before the wait begins does not end it
    while True:
        try:
            sock, _ = listener.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            try:
                listener.close()
                echo(sock)
            finally:
                os._exit(0)
        sock.close()


def main() -> None:
    """Listens, says so, and serves."""
    listener = listen(__doc__, None)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
