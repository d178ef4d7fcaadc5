"""An echo server with epoll: the kernel keeps the set, and each call returns only the sockets that are ready."""

import select
import socket

from labs.programs.servers.echoing import Client, announce, listen


def serve(listener: socket.socket) -> None:
    clients: dict[int, Client] = {}
    epoll = select.epoll()
    epoll.register(listener, select.EPOLLIN)
    announce(listener)
    while True:
        for descriptor, event in epoll.poll():
            if descriptor == listener.fileno():
                client = Client(listener)
                clients[client.sock.fileno()] = client
                epoll.register(client.sock, select.EPOLLIN)
            elif clients[descriptor].step():
                wanted = select.EPOLLOUT if clients[descriptor].unsent else select.EPOLLIN
                if not event & wanted:
                    epoll.modify(descriptor, wanted)
            else:
                epoll.unregister(descriptor)
                clients.pop(descriptor).sock.close()


def main() -> None:
    serve(listen(__doc__))


if __name__ == "__main__":
    main()
