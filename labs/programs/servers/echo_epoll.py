"""Echoes to many clients in one thread: the kernel keeps epoll's list and returns the descriptors that are ready.

python -m labs.programs.servers.echo_epoll --port 8001
"""

import select
import socket

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
                if not event & wanted:  # a change is a system call
                    epoll.modify(descriptor, wanted)
            else:
                epoll.unregister(descriptor)
                clients.pop(descriptor).sock.close()


def main() -> None:
    listener = listen(__doc__)
    with select.epoll() as epoll:  # a descriptor too
        announce(listener)
        serve(listener, epoll)


if __name__ == "__main__":
    main()
