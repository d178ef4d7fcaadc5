"""Echoes to one client after the other: each waits until the one before has gone.

python -m labs.programs.servers.echo_serial --port 8001
"""

import socket

from labs.programs.servers.echoing import announce, echo, listen


def serve(listener: socket.socket) -> None:
    while True:
        sock, _ = listener.accept()
        echo(sock)


def main() -> None:
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
