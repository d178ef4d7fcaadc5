"""One client of the transfer server: what is asked, what is still to be sent, and how much of either it may use."""

import hashlib
import selectors
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

from labs.programs.protocol import Get, Put, RequestParser, Wrong

if TYPE_CHECKING:
    from labs.programs.servers.transfer import Server

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
# For each event: the bytes that are read at most, and those that are sent. The loop is everybody's: a hundred clients
# who take all that they can get must not make another wait for a second.
CHUNK = 64 * 1024
MOST_SENT = 64 * 1024
# Answers that wait to be sent. While there is no room for more, nothing is parsed and nothing is read.
MOST_ANSWERS = 16
# What the server keeps of a client at most, in bytes: of one that is idle, and of one that asks for all it can. The
# latter has a chunk that is not parsed to its end, its answers (the bodies are views of the one payload), and the
# hashing states of both directions and of an upload.
KEPT_IDLE = 1024
KEPT = CHUNK + 8 * 1024


class Bodies:
    """What went one way in bodies: so many bytes with this SHA-256."""

    __slots__ = ("count", "sha256")

    def __init__(self) -> None:
        """Nothing so far."""
        self.count, self.sha256 = 0, hashlib.sha256()

    def add(self, part: memoryview) -> None:
        """Counts a part in."""
        self.count += len(part)
        self.sha256.update(part)


class Connection:
    """One client. An idle one has no buffers and no hashing states: they are made when they are needed."""

    __slots__ = ("ended", "number", "outgoing", "parser", "received", "refused", "requests", "sent", "server", "sock")

    def __init__(self, server: "Server", sock: socket.socket, number: int) -> None:
        """`number` counts the accepted clients from 1."""
        self.server, self.sock, self.number = server, sock, number
        self.parser: RequestParser | None = None  # while a request is incomplete
        self.requests: Iterator[Get | Put | Wrong | memoryview] | None = None  # in what came and is not parsed yet
        self.outgoing: list[bytes | memoryview] = []  # lines are bytes, bodies are views
        self.refused = self.ended = False  # after a wrong request; when the client sends no more
        self.sent: Bodies | None = None
        self.received: Bodies | None = None

    def on_event(self, mask: int) -> None:
        """Reads and writes what is possible now. A peer that is gone ends its own connection and no other."""
        try:
            if mask & READ and self.is_listening:
                self.read()
            self.parse()
            self.write()
        except OSError:
            return self.close()
        is_busy = bool(self.outgoing) or self.requests is not None
        # A client may end its sending half and still wait for its answers.
        if self.ended and not is_busy:
            return self.close()
        # Asking for WRITE while there is nothing to write would wake the loop without end.
        return self.server.watch(self, (READ if self.is_listening else 0) | (WRITE if is_busy else 0))

    @property
    def is_listening(self) -> bool:
        """Who asks and never reads is not listened to until it does."""
        return not self.ended and self.requests is None and len(self.outgoing) < MOST_ANSWERS

    def read(self) -> None:
        """Takes what has come: part of a request, or several."""
        try:
            data = self.sock.recv(CHUNK)
        except BlockingIOError:
            return
        self.ended = not data
        # What follows a wrong request is read and dropped: closing with unread data would reset the connection, and
        # the client might never see why.
        if data and not self.refused:
            self.parser = self.parser or RequestParser()
            self.requests = self.parser.feed(data)

    def parse(self) -> None:
        """Takes requests as long as there is room for their answers; the rest stays in the suspended generator."""
        while self.requests and len(self.outgoing) < MOST_ANSWERS:
            item = next(self.requests, None)
            if item is not None:
                self.take(item)
                continue
            self.requests = None
            if self.parser and self.parser.is_between_requests:
                self.parser = None

    def take(self, item: Get | Put | Wrong | memoryview) -> None:
        """Answers a request, or counts a part of an upload."""
        if isinstance(item, Get):
            self.outgoing += self.server.download
        elif isinstance(item, Put):
            self.outgoing.append(item.sha256.encode() + b"\n")
        elif isinstance(item, Wrong):
            self.outgoing.append(b"error " + item.reason.encode() + b"\n")
            self.refused = True
        else:
            self.received = self.received or Bodies()
            self.received.add(item)

    def write(self) -> None:
        """Sends until the socket takes no more, or until others are to have their turn."""
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
            # A send may take only a part, and the rest keeps its place.
            self.outgoing[:1] = [part[count:]] if count < len(part) else []
        if self.refused and not self.outgoing:
            self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Unregisters before closing: a closed descriptor's number may be somebody else's a moment later."""
        self.server.selector.unregister(self.sock)
        sent, received = self.sent or Bodies(), self.received or Bodies()
        # Said before the end of the stream can be seen, so whoever waits for that end knows that this was counted.
        self.server.events.emit(
            "closed",
            client=self.number,
            sent=sent.count,
            sent_sha256=sent.sha256.hexdigest(),
            received=received.count,
            received_sha256=received.sha256.hexdigest(),
        )
        self.sock.close()
