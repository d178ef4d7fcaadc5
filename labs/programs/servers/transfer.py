"""One thread that serves downloads and uploads to many clients; select, poll and epoll differ by one option.

python -m labs.programs.servers.transfer --selector epoll --port 8001
"""

import select
import selectors
import socket

from labs.programs.servers.connection import Connection
from labs.programs.servers.event_queue import EventQueue
from labs.programs.servers.transfer_common import prepare

MOST_ACCEPTED = 256  # clients for one event of the listener
LAST_WAIT = 2.0  # seconds without progress that a failing server waits for the reader of its events


class Server:
    """The loop, its listener and its selector; `body` is what clients download."""

    def __init__(
        self, selector: selectors.BaseSelector, listener: socket.socket, body: bytes, events: EventQueue
    ) -> None:
        self.selector, self.listener, self.events = selector, listener, events
        self.download = (b"%d\n" % len(body), memoryview(body)) if body else (b"0\n",)
        self.accepted = 0

    def run(self) -> None:
        """Serves until something is raised: accept without descriptors and a full select are meant to be seen."""
        self.selector.register(self.listener, selectors.EVENT_READ)
        try:
            while True:
                for key, mask in self.selector.select(self.events.patience):
                    if key.data is None:
                        self.accept()
                    else:
                        self.serve(key, mask)
                self.events.flush()
        finally:
            self.events.flush(LAST_WAIT)

    def accept(self) -> None:
        """Accepts several clients, or a busy loop would keep the others waiting.

        It asks for each whether one is there. Linux takes the descriptor first and then looks for a client: to try
        accept with the last descriptor in use would raise EMFILE with no client there, one client too early.
        """
        for _ in range(MOST_ACCEPTED):
            sock, _ = self.listener.accept()
            self.accepted += 1
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(sock, selectors.EVENT_READ, Connection(sock, self.accepted, self.download))
            if not select.select([self.listener], [], [], 0)[0]:
                return

    def serve(self, key: selectors.SelectorKey, mask: int) -> None:
        wanted = key.data.on_event(mask)
        if not wanted:
            self.close(key.data)
        elif wanted != key.events:  # with epoll a change is a system call
            self.selector.modify(key.fileobj, wanted, key.data)

    def close(self, connection: Connection) -> None:
        """Unregisters before it closes: the next client may get the descriptor's number at once."""
        self.selector.unregister(connection.sock)
        # Before the client can see the end of the stream: a client that waits for it knows that it was counted.
        self.events.emit("closed", **connection.counts())
        connection.sock.close()


def main() -> None:
    selector, listener, body, events = prepare(__doc__)
    with selector:
        Server(selector, listener, body, events).run()


if __name__ == "__main__":
    main()
