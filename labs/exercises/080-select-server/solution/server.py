"""An echo server with select: one thread, one list, and one question."""

import select
import socket

from labs.programs.servers.echoing import Client, announce, listen


def serve(listener: socket.socket) -> None:
    """Serves for ever. A Client's step() reads or writes what is possible now, and tells whether it is still there."""
    clients: dict[int, Client] = {}
    while True:
        reading = [descriptor for descriptor, client in clients.items() if not client.unsent]
        writing = [descriptor for descriptor, client in clients.items() if client.unsent]
        readable, writable, _ = select.select([listener.fileno(), *reading], writing, [])
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
