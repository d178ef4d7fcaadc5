"""A server for ten thousand clients: one thread, one epoll set, a reserve for the client after the last, and a way to
stop gracefully.
"""

import selectors
import socket

from client import READ, Client
from starting import STDOUT, announce_loop, listen_as_asked

from labs.programs.servers.event_queue import EventQueue


class Server:
    def __init__(self, listener: socket.socket, body: bytes) -> None:
        self.listener, self.accepted, self.stopping = listener, 0, False
        self.download = (b"%d\n" % len(body), memoryview(body))
        self.events = EventQueue(STDOUT)
        # TODO 3: select cannot watch a descriptor above 1023. Use a selector that can, with its set in the kernel.
        self.selector: selectors.BaseSelector = selectors.SelectSelector()
        self.selector.register(listener, READ, self.accept)
        # TODO 4: `accept` may find no free descriptor. Hold one in reserve.
        self.awake, self.waker = socket.socketpair()
        self.awake.setblocking(False)
        self.waker.setblocking(False)
        self.selector.register(self.awake, READ, self.stop)

    def run(self) -> None:
        while not self.stopping or len(self.selector.get_map()) > 1:  # `awake` is always registered
            for key, mask in self.selector.select(self.events.patience):
                if not isinstance(key.data, Client):
                    key.data()
                elif key.data.sock.fileno() >= 0:  # `stop` may have closed it meanwhile
                    self.serve(key, key.data, mask)
            self.events.flush()

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

    def close(self, client: Client) -> None:
        self.selector.unregister(client.sock)
        self.events.emit("closed", **client.counts())
        client.sock.close()

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
