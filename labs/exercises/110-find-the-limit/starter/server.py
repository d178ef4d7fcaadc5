"""An echo server with select that knows its limits, and accepts no client beyond them."""

import select
import socket

from labs.programs.events import open_descriptors, soft_nofile
from labs.programs.servers.echoing import Client, announce, listen

# select can watch only descriptors below this (glibc, FD_SETSIZE).
LOWEST_TOO_HIGH = 1024


def raise_soft_limit() -> None:
    """Raises this process's soft limit of descriptors to its hard limit."""
    # TODO 1: resource.getrlimit and resource.setrlimit read and set the pair (soft, hard) of RLIMIT_NOFILE.


def room() -> int:
    """How many clients the server can have: each takes one descriptor, the lowest number that is free."""
    # TODO 2: two limits bound the descriptors. soft_nofile() returns one of them, and open_descriptors() how many
    # descriptors are open already.
    return (soft_nofile() or LOWEST_TOO_HIGH) + (open_descriptors() or 0)


def serve(listener: socket.socket) -> None:
    clients: dict[int, Client] = {}
    most = room()
    while True:
        reading = [descriptor for descriptor, client in clients.items() if not client.unsent]
        writing = [descriptor for descriptor, client in clients.items() if client.unsent]
        # TODO 3: pass the listener only while there is room for a client. Others wait in the listener's queue.
        coming = [listener.fileno()] if most else []
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
