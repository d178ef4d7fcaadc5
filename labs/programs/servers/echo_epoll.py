"""Echoes to many clients in one thread: epoll's list is the kernel's, which hands over those that are ready.

python -m labs.programs.servers.echo_epoll --port 8001
"""

import select
import socket
from collections.abc import Sequence

from labs.programs.servers.echoing import Client, announce, listen


def serve(listener: socket.socket, epoll: select.epoll) -> None:
    """Serves until something is raised: accept without descriptors is meant to be seen."""
    clients: dict[int, Client] = {}
    epoll.register(listener, select.EPOLLIN)
    while True:
        for descriptor, event in epoll.poll():
            if descriptor == listener.fileno():
                client = Client(listener)
                clients[client.sock.fileno()] = client
                epoll.register(client.sock, select.EPOLLIN)
            elif clients[descriptor].step():
                wanted = select.EPOLLOUT if clients[descriptor].unsent else select.EPOLLIN
                # Here a change is a system call.
                if not event & wanted:
                    epoll.modify(descriptor, wanted)
            else:
                epoll.unregister(descriptor)
                clients.pop(descriptor).sock.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    listener = listen(__doc__, arguments)
    # It is itself a descriptor.
    with select.epoll() as epoll:
        announce(listener)
        serve(listener, epoll)


if __name__ == "__main__":
    main()
