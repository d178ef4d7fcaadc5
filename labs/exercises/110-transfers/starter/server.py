"""A server for uploads and downloads: TCP brings bytes, not messages, and takes as many as it has room for.

A client sends `get`, a line, and is answered with a line that says the size and then so many bytes; or `put SIZE`, a
line, and then so many bytes, and is answered with a line that says their SHA-256.
"""

import hashlib
import platform
import selectors
import socket
import sys

from labs.programs.arguments import add_address, options_of, size
from labs.programs.events import emit, open_descriptors
from labs.programs.protocol import payload
from labs.programs.servers.connection import Bodies
from labs.programs.servers.event_queue import EventQueue

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CHUNK = 64 * 1024


class Connection:
    """One client: what has come and is not understood yet, and what is to be sent."""

    def __init__(self, sock: socket.socket, download: bytes) -> None:
        self.sock, self.download = sock, download
        self.incoming = self.outgoing = b""
        self.left = 0  # bytes of an upload that are still to come
        self.digest = hashlib.sha256()
        self.ended = False
        self.sent, self.received = Bodies(), Bodies()

    @property
    def wants(self) -> int:
        """What to wait for: who does not take its answers is not listened to."""
        return WRITE if self.outgoing else READ

    def step(self, event: int) -> bool:
        """Reads or writes what is possible now; returns whether the client is still there."""
        try:
            if event & READ:
                data = self.sock.recv(CHUNK)
                self.ended = not data
                self.incoming += data
                self.take()
            if event & WRITE:
                self.write()
        except BlockingIOError:
            pass
        except OSError:
            return False
        return not self.ended or bool(self.outgoing)

    def take(self) -> None:
        """Takes from `incoming` what is complete, and leaves the rest for the next time."""
        # TODO 1: this believes that each read brings just one request, whole and alone. Several may come in one read,
        # and one in several: a line may lack its end, and a body may have begun.
        line, _, body = self.incoming.partition(b"\n")
        self.incoming = b""
        self.begin(line)
        if self.left:
            self.left = 0
            self.digest.update(body)
            self.received.add(memoryview(body))
            self.outgoing += self.digest.hexdigest().encode() + b"\n"

    def begin(self, line: bytes) -> None:
        """A request has come."""
        if line == b"get":
            self.outgoing += b"%d\n" % len(self.download) + self.download
            self.sent.add(memoryview(self.download))
            return
        self.left, self.digest = int(line.removeprefix(b"put ")), hashlib.sha256()
        if not self.left:
            self.outgoing += self.digest.hexdigest().encode() + b"\n"

    def write(self) -> None:
        """Sends what the kernel has room for, and keeps the rest."""
        # TODO 2: send returns how many bytes it took, which may be fewer than it was given.
        self.sock.send(self.outgoing)
        self.outgoing = b""


def serve(listener: socket.socket, selector: selectors.BaseSelector, download: bytes) -> None:
    """Serves for ever; each client that has gone is reported."""
    events = EventQueue(sys.stdout.fileno())
    selector.register(listener, READ)
    while True:
        for key, event in selector.select(events.patience):
            if key.data is None:
                sock, _ = listener.accept()
                sock.setblocking(False)
                selector.register(sock, READ, Connection(sock, download))
            elif key.data.step(event):
                if key.events != key.data.wants:
                    selector.modify(key.fileobj, key.data.wants, key.data)
            else:
                close(key.data, selector, events)
        events.flush()


def close(connection: Connection, selector: selectors.BaseSelector, events: EventQueue) -> None:
    """Unregisters before it closes, and says what went to and fro."""
    selector.unregister(connection.sock)
    sent, received = connection.sent, connection.received
    events.emit(
        "closed",
        sent=sent.count,
        sent_sha256=sent.sha256.hexdigest(),
        received=received.count,
        received_sha256=received.sha256.hexdigest(),
    )
    connection.sock.close()


def main() -> None:
    """Listens, says so, and serves."""
    parser = options_of(__doc__)
    add_address(parser)
    parser.add_argument("--selector", help="the scenario's word for what is wanted")
    parser.add_argument("--size", type=size, default=64 * 1024)
    options = parser.parse_args()
    listener = socket.create_server((options.host, options.port), backlog=1024)
    listener.setsockopt(
        socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024
    )  # what the kernel takes of each client's answers
    listener.setblocking(False)
    with selectors.DefaultSelector() as selector:
        emit(
            "ready",
            selector=type(selector).__name__,
            platform=sys.platform,
            python=platform.python_version(),
            descriptors=open_descriptors(),
        )
        serve(listener, selector, payload(1, options.size))


if __name__ == "__main__":
    main()
