"""The server's data for one client, and how its answers are made. Leave this file as it is."""

import selectors
import socket
from collections.abc import Iterator, Sequence

from labs.programs.protocol import Get, Put, RequestParser, Wrong
from labs.programs.servers.bodies import Bodies

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Answers:
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

    def take(self, item: Get | Put | Wrong | memoryview) -> None:
        """Adds the answer to one request to `outgoing`, or counts a part of an upload."""
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

    def count(self, part: bytes | memoryview) -> None:
        """Counts a part that was sent."""
        if isinstance(part, memoryview):  # of a body
            self.sent = self.sent or Bodies()
            self.sent.add(part)

    def counts(self) -> dict[str, object]:
        """The fields of the event `closed`."""
        sent, received = self.sent or Bodies(), self.received or Bodies()
        return {"client": self.number} | sent.fields("sent") | received.fields("received")
