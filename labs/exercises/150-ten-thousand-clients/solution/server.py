"""A server for ten thousand clients: one thread, one set of descriptors, and next to nothing for each client.

What one client asks and gets is the business of Connection, as in the exercises before; here it is about all of them.
"""

import platform
import selectors
import socket
import sys

from labs.programs.arguments import add_address, options_of, size
from labs.programs.events import emit, open_descriptors
from labs.programs.protocol import payload
from labs.programs.servers.connection import Connection
from labs.programs.servers.event_queue import EventQueue


class Server:
    """The loop. A Connection calls `watch` when it waits for something else, and unregisters itself when it ends."""

    def __init__(self, listener: socket.socket, body: bytes) -> None:
        self.listener = listener
        self.download = (b"%d\n" % len(body), memoryview(body))
        self.events = EventQueue(sys.stdout.fileno())
        self.accepted = 0
        self.selector = selectors.EpollSelector()

    def run(self) -> None:
        """Serves for ever."""
        self.selector.register(self.listener, selectors.EVENT_READ)
        while True:
            for key, mask in self.selector.select(self.events.patience):
                if key.data is None:
                    self.accept()
                else:
                    key.data.on_event(mask)
            self.events.flush()

    def accept(self) -> None:
        """Takes a client that waits."""
        sock, _ = self.listener.accept()
        self.accepted += 1
        sock.setblocking(False)
        self.selector.register(sock, selectors.EVENT_READ, Connection(self, sock, self.accepted))

    def watch(self, connection: Connection, events: int) -> None:
        """Waits for `events` of a client from now on; to say so is a system call, so only what is a change is said."""
        if self.selector.get_key(connection.sock).events != events:
            self.selector.modify(connection.sock, events, connection)


def main() -> None:
    """Listens, says so, and serves."""
    parser = options_of(__doc__)
    add_address(parser)
    parser.add_argument("--selector", help="the scenario's word for what is wanted")
    parser.add_argument("--size", type=size, default=1024)
    options = parser.parse_args()
    listener = socket.create_server((options.host, options.port), backlog=1024)
    listener.setblocking(False)
    server = Server(listener, payload(1, options.size))
    emit(
        "ready",
        selector=type(server.selector).__name__,
        platform=sys.platform,
        python=platform.python_version(),
        descriptors=open_descriptors(),
    )
    server.run()


if __name__ == "__main__":
    main()
