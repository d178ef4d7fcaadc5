"""The loop around the server: it waits, and hands each event on. Leave this file as it is."""

import selectors
import socket

from client import READ, Client
from starting import STDOUT

from labs.programs.servers.event_queue import EventQueue


class Loop:
    """Calls `accept` when the listener is ready, `stop` when `awake` is, and `serve` when a client is."""

    def __init__(self, selector: selectors.BaseSelector, listener: socket.socket, body: bytes) -> None:
        self.selector, self.listener, self.accepted, self.stopping = selector, listener, 0, False
        self.download = (b"%d\n" % len(body), memoryview(body))
        self.events = EventQueue(STDOUT)
        self.awake, self.waker = socket.socketpair()
        self.awake.setblocking(False)
        self.waker.setblocking(False)
        self.selector.register(listener, READ, self.accept)
        self.selector.register(self.awake, READ, self.stop)

    def run(self) -> None:
        """Returns when the server is stopping and its last client has left."""
        while not self.stopping or len(self.selector.get_map()) > 1:  # `awake` is always registered
            for key, mask in self.selector.select(self.events.patience):
                if not isinstance(key.data, Client):
                    key.data()
                elif key.data.sock.fileno() >= 0:  # `stop` may have closed it meanwhile
                    self.serve(key, key.data, mask)
            self.events.flush()

    def accept(self) -> None:
        raise NotImplementedError

    def serve(self, key: selectors.SelectorKey, client: Client, mask: int) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def close(self, client: Client) -> None:
        self.selector.unregister(client.sock)
        self.events.emit("closed", **client.counts())
        client.sock.close()
