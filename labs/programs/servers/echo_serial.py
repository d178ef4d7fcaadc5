"""Echoes to one client after the other: whoever comes while another is there waits until that one has gone.

python -m labs.programs.servers.echo_serial --port 8001
"""

import socket
from collections.abc import Sequence

from labs.programs.servers.echoing import announce, echo, listen


def serve(listener: socket.socket) -> None:
    """Serves until something is raised."""
    while True:
        sock, _ = listener.accept()
        echo(sock)


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    listener = listen(__doc__, arguments)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
