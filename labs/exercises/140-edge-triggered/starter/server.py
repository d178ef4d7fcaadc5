"""An echo server with edge-triggered epoll: the kernel reports each change once, and the server remembers it."""

import select
import socket

from labs.programs.servers.echoing import announce, listen

EVENTS = select.EPOLLIN | select.EPOLLOUT | select.EPOLLET
PIECE = 1024  # the most bytes that one step reads


class Client:
    """One client, and the bytes that came from it and are not sent back yet."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.unsent = sock, b""
        sock.setblocking(False)

    def step(self) -> None:
        """Reads a piece if nothing is unsent, and sends.

        Raises BlockingIOError if the kernel has nothing to read, or no room; ConnectionError if the client has left.
        """
        if not self.unsent:
            self.unsent = self.sock.recv(PIECE)
            if not self.unsent:
                raise ConnectionResetError("the client has left")
        self.unsent = self.unsent[self.sock.send(self.unsent) :]


def turn(client: Client) -> bool:
    """Serves one client, but not for too long; returns whether it has more to do at once."""
    # TODO 1: one step is not enough. epoll does not report the client again for bytes that are there already, so go on
    # until step() raises BlockingIOError.
    # TODO 2: a client that sends without end would never let this function return. Stop after 64 KiB at most, and
    # return True if the client may have more.
    try:
        client.step()
    except BlockingIOError:
        return False  # epoll reports the next change
    return False


def serve(listener: socket.socket, epoll: select.epoll) -> None:
    clients: dict[int, Client] = {}
    ready: dict[int, Client] = {}  # those that epoll reported, and that have more to do
    while True:
        # TODO 3: while some clients have more to do, ask epoll without waiting: `epoll.poll(0)`.
        for descriptor, _ in epoll.poll():
            if descriptor == listener.fileno():
                client = Client(listener.accept()[0])
                clients[client.sock.fileno()] = client
                epoll.register(client.sock, EVENTS)
            else:
                ready[descriptor] = clients[descriptor]
        for descriptor, client in list(ready.items()):
            try:
                turn(client)
            except ConnectionError:
                epoll.unregister(descriptor)
                clients.pop(descriptor).sock.close()
            # TODO 4: keep a client in `ready` as long as it has more to do.
            del ready[descriptor]


def main() -> None:
    listener = listen(__doc__)
    with select.epoll() as epoll:
        epoll.register(listener, select.EPOLLIN)
        announce(listener)
        serve(listener, epoll)


if __name__ == "__main__":
    main()
