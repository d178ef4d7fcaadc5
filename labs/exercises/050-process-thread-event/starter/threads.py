"""An echo server with a thread for each client."""

import socket

from labs.programs.servers.echoing import announce, echo, listen


def serve(listener: socket.socket) -> None:
    """Serves for ever."""
    while True:
        sock, _ = listener.accept()
        # TODO 2: let a thread serve the client.
        echo(sock)


def main() -> None:
    """Listens, says so, and serves."""
    listener = listen(__doc__, None)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
