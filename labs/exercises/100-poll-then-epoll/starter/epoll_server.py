"""An echo server with epoll: the list is the kernel's, which hands over those that are ready and nobody else."""

import socket

from labs.programs.servers.echoing import Client, announce, listen


def serve(listener: socket.socket) -> None:
    """Serves for ever."""
    clients: dict[int, Client] = {}
    # TODO 3: as poll_server.py does it, with select.epoll(), which is a descriptor itself: say that you are ready once
    # it is there. A modify is a system call here, so change only what is another than before.
    announce(listener)
    while True:
        client = Client(listener)
        clients[client.sock.fileno()] = client


def main() -> None:
    """Listens, and serves."""
    serve(listen(__doc__, None))


if __name__ == "__main__":
    main()
