"""An echo server with epoll: the kernel keeps the set, and each call returns only the sockets that are ready."""

import socket

from labs.programs.servers.echoing import Client, announce, listen


def serve(listener: socket.socket) -> None:
    clients: dict[int, Client] = {}
    # TODO 3: do as poll_server.py does, with select.epoll(). It is a descriptor itself, so create it before you call
    # announce. Here modify is a system call, so call it only when the events change.
    announce(listener)
    while True:
        client = Client(listener)
        clients[client.sock.fileno()] = client


def main() -> None:
    serve(listen(__doc__))


if __name__ == "__main__":
    main()
