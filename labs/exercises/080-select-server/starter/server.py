"""An echo server with select: one thread, one list, and one question."""

import select
import socket

from labs.programs.servers.echoing import Client, announce, listen


def serve(listener: socket.socket) -> None:
    """Serves for ever. A Client's step() reads or writes what is possible now, and tells whether it is still there."""
    clients: dict[int, Client] = {}
    while True:
        # TODO 1: ask for the clients too: those with something `unsent` wait until they can be written to, the others
        # until they can be read from.
        readable, writable, _ = select.select([listener.fileno()], [], [])
        for descriptor in readable + writable:
            if descriptor == listener.fileno():
                client = Client(listener)
                clients[client.sock.fileno()] = client
            # TODO 2: a client is ready: let it step; one that has gone is closed, and asked for no more.


def main() -> None:
    """Listens, says so, and serves."""
    listener = listen(__doc__, None)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
