"""Echoes to many clients in one thread: poll keeps the list between calls, and looks through all of it.

python -m labs.programs.servers.echo_poll --port 8001
"""

import select
import socket

from labs.programs.servers.echoing import Client, announce, listen


def serve(listener: socket.socket) -> None:
    """Serves until something is raised: accept without descriptors is meant to be seen."""
    clients: dict[int, Client] = {}
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == listener.fileno():
                client = Client(listener)
                clients[client.sock.fileno()] = client
                poll.register(client.sock, select.POLLIN)
            elif clients[descriptor].step():
                poll.modify(descriptor, select.POLLOUT if clients[descriptor].unsent else select.POLLIN)
            else:
                poll.unregister(descriptor)
                clients.pop(descriptor).sock.close()


def main() -> None:
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
