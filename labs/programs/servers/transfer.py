"""One thread that serves downloads and uploads to many clients; select, poll and epoll differ by one option.

python -m labs.programs.servers.transfer --selector epoll --port 8001
"""

import os
import select
import selectors
import socket
import sys
from collections.abc import Sequence

from labs.programs.arguments import add_address, at_least, options_of, size
from labs.programs.events import emit, open_descriptors, soft_nofile
from labs.programs.protocol import payload
from labs.programs.servers.connection import Connection
from labs.programs.servers.event_queue import EventQueue
from labs.programs.servers.sliced import SlicedSelector

SELECTORS = {
    "select": "SelectSelector",
    "poll": "PollSelector",
    "epoll": "EpollSelector",
    "default": "DefaultSelector",
    "sliced": "SlicedSelector",
}
# Clients that are accepted for one event of the listener.
MOST_ACCEPTED = 256
# What the kernel is to hold of one client each way, in bytes; by itself it holds megabytes for who never reads.
KERNEL_BUFFER = 128 * 1024
# How long the end of a server that fails waits for whoever reads its events, in seconds without progress.
LAST_WAIT = 2.0


class Server:
    """The loop, its listener and its selector."""

    def __init__(
        self, selector: selectors.BaseSelector, listener: socket.socket, body: bytes, events: EventQueue
    ) -> None:
        """Serves `body` to whoever asks."""
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
                        key.data.on_event(mask)
                self.events.flush()
        finally:
            self.events.flush(LAST_WAIT)

    def accept(self) -> None:
        """Takes the clients that wait, a number of them: one for each turn of a busy loop would keep others waiting.

        It asks for each whether it is there. To try would be to fail one client too early: Linux takes the descriptor
        first and then looks for the client, so the last free one being used makes EMFILE of nobody.
        """
        for _ in range(MOST_ACCEPTED):
            sock, _ = self.listener.accept()
            self.accepted += 1
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(sock, selectors.EVENT_READ, Connection(self, sock, self.accepted))
            if not select.select([self.listener], [], [], 0)[0]:
                return

    def watch(self, connection: Connection, events: int) -> None:
        """Changes what the loop waits for, if that is a change at all: modify is a system call with epoll."""
        if self.selector.get_key(connection.sock).events != events:
            self.selector.modify(connection.sock, events, connection)


def available() -> list[str]:
    """The choices of --selector that this system has."""
    return [choice for choice, name in SELECTORS.items() if name == SlicedSelector.__name__ or hasattr(selectors, name)]


def selector_of(choice: str) -> selectors.BaseSelector:
    """A selector of that choice."""
    return SlicedSelector() if choice == "sliced" else getattr(selectors, SELECTORS[choice])()


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    parser = options_of(__doc__)
    add_address(parser)
    parser.add_argument("--selector", choices=SELECTORS, default="default", help="the mechanism that waits")
    parser.add_argument("--size", type=size, default=64 * 1024, help="bytes of the download, such as 64KiB")
    parser.add_argument("--seed", type=int, default=1, help="what the download's bytes are made from")
    parser.add_argument("--backlog", type=at_least(0), default=1024, help="connections that may wait to be accepted")
    options = parser.parse_args(arguments)
    if options.selector not in available():
        parser.error(f"this system has no {options.selector}; it has {', '.join(available())}")

    listener = socket.create_server((options.host, options.port), backlog=options.backlog)
    for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        listener.setsockopt(socket.SOL_SOCKET, buffer, KERNEL_BUFFER)  # accepted sockets inherit it
    listener.setblocking(False)
    with selector_of(options.selector) as selector:
        server = Server(selector, listener, payload(options.seed, options.size), EventQueue(sys.stdout.fileno()))
        emit(
            "ready",
            port=listener.getsockname()[1],
            selector=type(selector).__name__,
            platform=sys.platform,
            python=sys.version.split()[0],
            pid=os.getpid(),
            descriptors=open_descriptors(),
            nofile=soft_nofile(),
        )
        server.run()


if __name__ == "__main__":
    main()
