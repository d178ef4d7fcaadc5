"""An echo server with select that knows its limits, and accepts no client beyond them."""

import resource
import select
import socket

from labs.programs.events import open_descriptors, soft_nofile
from labs.programs.servers.echoing import Client, announce, listen

# select can watch only descriptors below this (glibc, FD_SETSIZE).
LOWEST_TOO_HIGH = 1024


def raise_soft_limit() -> None:
    """Raises this process's soft limit of descriptors to its hard limit."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def room() -> int:
    """How many clients the server can have: each takes one descriptor, the lowest number that is free."""
    return min(soft_nofile() or LOWEST_TOO_HIGH, LOWEST_TOO_HIGH) - (open_descriptors() or 0)


def serve(listener: socket.socket) -> None:
    clients: dict[int, Client] = {}
    most = room()
    while True:
        reading = [descriptor for descriptor, client in clients.items() if not client.unsent]
        writing = [descriptor for descriptor, client in clients.items() if client.unsent]
        # If select watched the listener and nothing were accepted, select would return at once, again and again.
        coming = [listener.fileno()] if len(clients) < most else []
        readable, writable, _ = select.select(coming + reading, writing, [])
        for descriptor in readable + writable:
            if descriptor == listener.fileno():
                client = Client(listener)
                clients[client.sock.fileno()] = client
            elif not clients[descriptor].step():
                clients.pop(descriptor).sock.close()


def main() -> None:
    raise_soft_limit()
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
