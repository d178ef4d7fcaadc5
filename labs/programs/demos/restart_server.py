"""Ends a server and starts it again at the same port: the side that closed first, and SO_REUSEADDR, decide if it can.

python -m labs.programs.demos.restart_server
"""

import socket
import sys
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit

HOST = "127.0.0.1"
FIRST = ("server", "client")  # the side that closes first, and so has the connection in TIME_WAIT


def listen(port: int, reuse: bool) -> socket.socket:
    """A listener, with SO_REUSEADDR or without; raises OSError."""
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
        listener.bind((HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def serve_one_client(listener: socket.socket, first: str) -> None:
    """Accepts a client, and ends its connection and the server."""
    client = socket.create_connection(listener.getsockname())
    server = listener.accept()[0]
    one, other = (server, client) if first == "server" else (client, server)
    one.close()
    other.recv(1)  # the end: this side closes second
    other.close()
    listener.close()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options_of(__doc__)
    parser.add_argument("--port", type=at_least(1), default=9001, help="the first of four ports")
    port = parser.parse_args(arguments).port
    emit("ready", platform=sys.platform)
    listeners = []
    for number, (first, reuse) in enumerate((first, reuse) for first in FIRST for reuse in (False, True)):
        serve_one_client(listen(port + number, reuse), first)
        try:
            listeners.append(listen(port + number, reuse))
            error = None
        except OSError as refused:
            error = str(refused)
        emit("restarted", first=first, reuse=reuse, port=port + number, error=error)
    checkpoint("done")


if __name__ == "__main__":
    main()
