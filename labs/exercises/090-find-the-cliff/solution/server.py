"""An echo server with select that knows where it ends, and stops before."""

import select
import socket

from labs.programs.events import open_descriptors, soft_nofile
from labs.programs.servers.echoing import Client, announce, listen

# What select can ask about: descriptors below this (glibc, FD_SETSIZE).
LOWEST_TOO_HIGH = 1024


def room() -> int:
    """How many clients there can be at the same time: each takes one descriptor, and the lowest one that is free."""
    return min(soft_nofile() or LOWEST_TOO_HIGH, LOWEST_TOO_HIGH) - (open_descriptors() or 0)


def serve(listener: socket.socket) -> None:
    """Serves for ever."""
    clients: dict[int, Client] = {}
    most = room()
    while True:
        reading = [descriptor for descriptor, client in clients.items() if not client.unsent]
        writing = [descriptor for descriptor, client in clients.items() if client.unsent]
        # Who is not asked for waits in the kernel's queue; to ask and not to accept would be to ask without end.
        coming = [listener.fileno()] if len(clients) < most else []
        readable, writable, _ = select.select(coming + reading, writing, [])
        for descriptor in readable + writable:
            if descriptor == listener.fileno():
                client = Client(listener)
                clients[client.sock.fileno()] = client
            elif not clients[descriptor].step():
                clients.pop(descriptor).sock.close()


def main() -> None:
    """Listens, says so, and serves."""
    listener = listen(__doc__, None)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
