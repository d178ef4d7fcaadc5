"""Echoes to as many clients as select and the descriptor limit allow; the others wait until there is room.

python -m labs.programs.servers.echo_bounded --port 8001
"""

import select
import socket

from labs.programs.events import open_descriptors, soft_nofile
from labs.programs.servers.echoing import Client, announce, listen

FD_SETSIZE = 1024  # select takes descriptors below this (glibc)


def room() -> int:
    """How many clients there can be: each takes one descriptor, the lowest that is free."""
    return min(soft_nofile() or FD_SETSIZE, FD_SETSIZE) - (open_descriptors() or 0)


def serve(listener: socket.socket) -> None:
    clients: dict[int, Client] = {}
    most = room()
    while True:
        reading = [descriptor for descriptor, client in clients.items() if not client.unsent]
        writing = [descriptor for descriptor, client in clients.items() if client.unsent]
        # Without room the listener is left out, and clients wait in the kernel's queue: to select it without accepting
        # would wake the loop without end.
        coming = [listener.fileno()] if len(clients) < most else []
        readable, writable, _ = select.select(coming + reading, writing, [])
        for descriptor in readable + writable:
            if descriptor == listener.fileno():
                client = Client(listener)
                clients[client.sock.fileno()] = client
            elif not clients[descriptor].step():
                clients.pop(descriptor).sock.close()


def main() -> None:
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
