"""An echo server with select that knows where it ends, and stops before."""

import select
import socket

from labs.programs.servers.echoing import Client, announce, listen


def room() -> int:
    """How many clients there can be at the same time: each takes one descriptor, and the lowest one that is free.

    soft_nofile() is the limit of descriptors, and open_descriptors() are those that are open already.
    """
    # TODO 1: there are two walls. At which of them does this server end first?
    return 10**6


def serve(listener: socket.socket) -> None:
    """Serves for ever."""
    clients: dict[int, Client] = {}
    most = room()
    while True:
        reading = [descriptor for descriptor, client in clients.items() if not client.unsent]
        writing = [descriptor for descriptor, client in clients.items() if client.unsent]
        # TODO 2: ask for new clients only while there is room for one. Others wait in the queue of the kernel.
        coming = [listener.fileno()] if most else []
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
