"""Echoes to many clients in one thread: each call of select gets the whole list again.

python -m labs.programs.servers.echo_select --port 8001
"""

import select
import socket

from labs.programs.servers.echoing import Client, announce, listen


def serve(listener: socket.socket) -> None:
    """Serves until something is raised: accept without descriptors and a full select are meant to be seen."""
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
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
