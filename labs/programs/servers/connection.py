"""Support for servers.transfer: one client's connection, with a bound on what the server reads, sends and keeps."""

import selectors
import socket
from collections.abc import Iterator, Sequence

from labs.programs.protocol import Get, Put, RequestParser, Wrong
from labs.programs.servers.bodies import Bodies as Bodies  # learners' files of before import it from here

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
# The most bytes that one event reads, and sends: a hundred clients that take all they can get must not delay another
# by a second.
CHUNK = MOST_SENT = 64 * 1024
# The most answers that wait to be sent. A client with this many is neither parsed nor read.
MOST_ANSWERS = 16
# The most bytes that the server keeps for an idle client, and for a busy one: a chunk that is not fully parsed, its
# answers (bodies are views of the one payload), and three hash states: of each direction and of an upload.
KEPT_IDLE = 1024
KEPT = CHUNK + 8 * 1024


class Connection:
    """One client. `number` counts the accepted clients from 1; `download` is the answer to `get`, in parts.

    An idle client has no buffers and no hash states: they are made when they are needed.
    """

    __slots__ = (*("cut", "download", "ended", "joined", "number", "outgoing", "parser", "received", "refused"),
                 *("requests", "sent", "sock"))  # fmt: skip

    def __init__(self, sock: socket.socket, number: int, download: Sequence[bytes | memoryview]) -> None:
        self.sock, self.number, self.download = sock, number, download
        self.parser: RequestParser | None = None  # while a request is incomplete
        self.requests: Iterator[Get | Put | Wrong | memoryview] | None = None  # received, and not parsed yet
        self.outgoing: list[bytes | memoryview] = []  # lines are bytes, bodies are views
        self.refused = self.ended = False  # after a wrong request; after the client's last byte
        self.cut = self.joined = 0  # reads that ended within a line, and requests that came in one read with another
        self.sent: Bodies | None = None
        self.received: Bodies | None = None

    def on_event(self, mask: int) -> int:
        """Reads and writes what is possible now; returns the events to wait for next, 0 when the connection is over."""
        try:
            if mask & READ and self.is_listening:
                self.read()
            self.parse()
            self.write()
        except OSError:
            return 0  # this client is gone; the others are served on
        is_busy = bool(self.outgoing) or self.requests is not None
        # Waiting for WRITE with nothing to write would wake the loop without end. A client that ended its sending half
        # may still wait for its answers.
        return (READ if self.is_listening else 0) | (WRITE if is_busy else 0)

    @property
    def is_listening(self) -> bool:
        """False for a client that asks and does not read, until it reads its answers."""
        return not self.ended and self.requests is None and len(self.outgoing) < MOST_ANSWERS

    def read(self) -> None:
        try:
            data = self.sock.recv(CHUNK)
        except BlockingIOError:
            return
        self.ended = not data
        # What follows a wrong request is read and dropped: closing with unread data would reset the connection, and
        # the client might never see the error.
        if data and not self.refused:
            self.parser = self.parser or RequestParser()
            self.requests = self.parser.feed(data)

    def parse(self) -> None:
        """Takes requests while there is room for their answers; the rest stays in the suspended generator."""
        after_another = False
        while self.requests and len(self.outgoing) < MOST_ANSWERS:
            item = next(self.requests, None)
            if item is not None:
                self.joined += after_another
                after_another = not isinstance(item, memoryview)
                self.take(item)
                continue
            self.requests = None
            self.cut += bool(self.parser and self.parser.is_within_line)
            if self.parser and self.parser.is_between_requests:
                self.parser = None

    def take(self, item: Get | Put | Wrong | memoryview) -> None:
        if isinstance(item, Get):
            self.outgoing += self.download
        elif isinstance(item, Put):
            self.outgoing.append(item.sha256.encode() + b"\n")
        elif isinstance(item, Wrong):
            self.outgoing.append(b"error " + item.reason.encode() + b"\n")
            self.refused = True
        else:
            self.received = self.received or Bodies()
            self.received.add(item)

    def write(self) -> None:
        """Sends until the socket takes no more, or until the other clients' turn has come."""
        left = MOST_SENT
        while self.outgoing and left:
            part = self.outgoing[0]
            try:
                count = self.sock.send(part[:left])
            except BlockingIOError:
                return
            left -= count
            if isinstance(part, memoryview):
                self.sent = self.sent or Bodies()
                self.sent.add(part[:count])
            self.outgoing[:1] = [part[count:]] if count < len(part) else []
        if self.refused and not self.outgoing:
            self.sock.shutdown(socket.SHUT_WR)

    def counts(self) -> dict[str, object]:
        """The fields of the event `closed`."""
        sent, received = self.sent or Bodies(), self.received or Bodies()
        told: dict[str, object] = {"client": self.number, "cut": self.cut, "joined": self.joined}
        return told | sent.fields("sent") | received.fields("received")
