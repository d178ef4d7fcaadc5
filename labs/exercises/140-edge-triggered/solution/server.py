"""An echo server with edge-triggered epoll: the kernel reports each change once, and the server remembers it."""

import select
import socket

from labs.programs.servers.echoing import announce, listen

EVENTS = select.EPOLLIN | select.EPOLLOUT | select.EPOLLET
# A step reads so many bytes at most, and a turn has so many steps at most.
PIECE, STEPS = 1024, 16


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
    try:
        for _ in range(STEPS):
            client.step()
    except BlockingIOError:
        return False  # epoll reports the next change
    return True


def serve(listener: socket.socket, epoll: select.epoll) -> None:
    clients: dict[int, Client] = {}
    ready: dict[int, Client] = {}  # those that epoll reported, and that have more to do
    while True:
        for descriptor, _ in epoll.poll(0 if ready else None):
            if descriptor == listener.fileno():
                client = Client(listener.accept()[0])
                clients[client.sock.fileno()] = client
                epoll.register(client.sock, EVENTS)
            else:
                ready[descriptor] = clients[descriptor]
        for descriptor, client in list(ready.items()):
            try:
                more = turn(client)
            except ConnectionError:
                more = False
                epoll.unregister(descriptor)
                clients.pop(descriptor).sock.close()
            if not more:
                del ready[descriptor]


def main() -> None:
    listener = listen(__doc__)
    with select.epoll() as epoll:
        epoll.register(listener, select.EPOLLIN)
        announce(listener)
        serve(listener, epoll)


if __name__ == "__main__":
    main()
