"""A server for ten thousand clients: one thread, one epoll set, a reserve for the client after the last, and a way to
stop gracefully.
"""

import selectors
import socket

from client import READ, Client
from loop import Loop
from starting import announce_loop, listen_as_asked


class Server(Loop):
    def __init__(self, listener: socket.socket, body: bytes) -> None:
        # TODO 3: select cannot watch a descriptor above 1023. Use a selector that can, with its set in the kernel.
        super().__init__(selectors.SelectSelector(), listener, body)
        # TODO 4: `accept` may find no free descriptor. Hold one in reserve.

    def accept(self) -> None:
        if self.stopping:
            return
        try:
            sock, _ = self.listener.accept()
        except BlockingIOError:
            return
        self.accepted += 1
        sock.setblocking(False)
        self.selector.register(sock, READ, Client(sock, self.accepted, self.download))

    def shed(self) -> None:
        """TODO 5: call it in `accept` for errno.EMFILE. Accept a client with the reserve's descriptor, and close it."""

    def serve(self, key: selectors.SelectorKey, client: Client, mask: int) -> None:
        """Lets the client do what is possible now; `modify` is a system call, so it is called for a change only."""
        wanted = client.on_event(mask)
        if not wanted:  # TODO 8: or if the server stops, and nothing of this client is under way
            self.close(client)
        elif wanted != key.events:
            self.selector.modify(client.sock, wanted, client)

    def stop(self) -> None:
        """Called after SIGTERM: stops accepting, and closes the clients that are between two requests."""
        self.awake.recv(64)
        # TODO 7: as in exercise 190. The clients are the `data` of self.selector.get_map().values() that are a Client.


def main() -> None:
    listener, body = listen_as_asked(__doc__)
    server = Server(listener, body)
    # TODO 6: replace the default action of SIGTERM, and let a signal write a byte into server.waker.
    announce_loop(listener, server.selector)
    server.run()


if __name__ == "__main__":
    main()
