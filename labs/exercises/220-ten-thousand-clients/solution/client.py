"""One client: requests in whatever parts they come, and answers in whatever parts they can be sent."""

import selectors
import socket
from collections.abc import Iterator, Sequence

from labs.programs.protocol import Get, Put, RequestParser, Wrong
from labs.programs.servers.bodies import Bodies

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CHUNK = 64 * 1024  # the most bytes that one event reads, and the most that it sends
MOST_ANSWERS = 16  # the high-water mark: the most parts of answers that wait to be sent


class Client:
    """`download` is the answer to `get`, in parts. An idle client has no buffers; they are made when needed."""

    __slots__ = (
        *("download", "ended", "number", "outgoing", "parser"),
        *("received", "refused", "requests", "sent", "sock"),
    )

    def __init__(self, sock: socket.socket, number: int, download: Sequence[bytes | memoryview]) -> None:
        self.sock, self.number, self.download = sock, number, download
        self.parser: RequestParser | None = None  # while a request is incomplete
        self.requests: Iterator[Get | Put | Wrong | memoryview] | None = None  # received, and not answered yet
        self.outgoing: list[bytes | memoryview] = []
        self.ended = self.refused = False  # after the client's last byte; after a wrong request
        self.sent: Bodies | None = None
        self.received: Bodies | None = None

    @property
    def is_under_way(self) -> bool:
        return bool(self.outgoing) or self.requests is not None or self.parser is not None

    @property
    def listens(self) -> bool:
        """Whether it is read: not while its last read is not answered, or while too many answers wait."""
        return not self.ended and self.requests is None and len(self.outgoing) < MOST_ANSWERS

    def on_event(self, mask: int) -> int:
        """Does what is possible now; returns the events to wait for next, and 0 when the connection is over."""
        try:
            if mask & READ and self.listens:
                self.read()
            self.answer()
            self.write()
        except BlockingIOError:
            pass
        except OSError:
            return 0
        return (READ if self.listens else 0) | (WRITE if self.outgoing or self.requests is not None else 0)

    def read(self) -> None:
        data = self.sock.recv(CHUNK)
        self.ended = not data
        if data and not self.refused:  # what follows a wrong request is dropped
            self.parser = self.parser or RequestParser()
            self.requests = self.parser.feed(data)

    def answer(self) -> None:
        """Takes requests while there is room for their answers. The rest stays in the iterator."""
        while self.requests is not None and len(self.outgoing) < MOST_ANSWERS:
            item = next(self.requests, None)
            if item is None:
                self.requests = None
                if self.parser and self.parser.is_between_requests:
                    self.parser = None
            else:
                self.take(item)

    def take(self, item: Get | Put | Wrong | memoryview) -> None:
        if isinstance(item, Get):
            self.outgoing += self.download
        elif isinstance(item, Put):
            self.outgoing.append(item.sha256.encode() + b"\n")
        elif isinstance(item, Wrong):
            self.outgoing.append(b"error " + item.reason.encode() + b"\n")
            self.refused, self.parser = True, None
        else:  # a part of an upload; the parser hashes it, and nothing is kept
            self.received = self.received or Bodies()
            self.received.add(item)

    def write(self) -> None:
        """Sends until the socket takes no more, or until the others' turn has come."""
        left = CHUNK
        while self.outgoing and left:
            part = self.outgoing[0]
            count = self.sock.send(part[:left])
            left -= count
            self.count(part[:count])
            self.outgoing[:1] = [part[count:]] if count < len(part) else []
        if self.refused and not self.outgoing:
            self.sock.shutdown(socket.SHUT_WR)

    def count(self, part: bytes | memoryview) -> None:
        if isinstance(part, memoryview):  # of a body
            self.sent = self.sent or Bodies()
            self.sent.add(part)

    def counts(self) -> dict[str, object]:
        """The fields of the event `closed`."""
        sent, received = self.sent or Bodies(), self.received or Bodies()
        return {"client": self.number} | sent.fields("sent") | received.fields("received")
