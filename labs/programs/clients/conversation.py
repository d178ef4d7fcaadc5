"""One client's side of the transfer protocol on a blocking socket, and the tally of all clients."""

import hashlib
import socket
import time
from dataclasses import dataclass, field
from functools import lru_cache

from labs.programs.events import emit
from labs.programs.protocol import NOTHING, payload, pieces

CHUNK = 64 * 1024
SHOWN_FAILURES = 5
# How long a server has to read one part before the next, in seconds, and how much of an upload comes with its request.
APART, BEGINNING = 0.02, 1000


class Mismatch(ValueError):
    """The server answered, and not with what it should."""


@lru_cache(maxsize=1)
def expected(seed: int, size: int) -> str:
    """The SHA-256 of the download that the server must give."""
    return hashlib.sha256(payload(seed, size)).hexdigest()


class Conversation:
    """A client's connection and what it asks for."""

    def __init__(self, address: tuple[str, int], number: int, size: int, seed: int, timeout: float) -> None:
        """`number` counts the clients from 1; nothing is connected yet."""
        self.address, self.number, self.size, self.seed, self.timeout = address, number, size, seed, timeout
        self.sent = self.received = 0

    def admit(self) -> None:
        """Connects, and proves with an empty upload that the server's loop took this client, not its kernel alone."""
        self.socket = socket.create_connection(self.address, self.timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb")
        self.socket.sendall(b"put 0\n")
        self.compare("the empty upload", self.line(), NOTHING)

    def transfer(self) -> None:
        """Downloads, uploads, compares both hashes, and closes."""
        try:
            self.socket.sendall(b"get\n")
            self.compare("the size", self.line(), str(self.size))
            self.compare("the download", self.body(), expected(self.seed, self.size))
            sent = self.put()
            self.compare("the upload", self.line(), sent)
            # Only once the server has closed its side has it counted this client out.
            self.socket.shutdown(socket.SHUT_WR)
            self.compare("the end", self.stream.read(1).decode("ascii", "replace"), "")
        finally:
            self.stream.close()
            self.socket.close()

    def put(self) -> str:
        """Uploads; returns the SHA-256 of what it sent."""
        digest = hashlib.sha256()
        self.socket.sendall(b"put %d\n" % self.size)
        for piece in pieces(self.seed + self.number, self.size):
            self.socket.sendall(piece)
            self.sent += len(piece)
            digest.update(piece)
        return digest.hexdigest()

    def line(self) -> str:
        """One line; raises ConnectionError at the end of the stream."""
        line = self.stream.readline(256)
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the server closed the connection")
        return line[:-1].decode("ascii", "replace")

    def body(self) -> str:
        """Reads the download in the pieces in which it comes; returns its SHA-256."""
        digest = hashlib.sha256()
        while self.received < self.size:
            part = self.stream.read1(min(CHUNK, self.size - self.received))
            if not part:
                raise ConnectionResetError(f"the server closed the connection after {self.received} bytes")
            self.received += len(part)
            digest.update(part)
        return digest.hexdigest()

    def compare(self, what: str, found: str, wanted: str) -> None:
        """Raises Mismatch when the server's answer is not what it must be."""
        if found != wanted:
            raise Mismatch(f"{what} is {found!r} instead of {wanted!r}")


class RaggedConversation(Conversation):
    """The same requests, cut up and put together otherwise than a server may hope."""

    def transfer(self) -> None:
        """A request in two parts, the second one together with the next request and the beginning of its body; and the
        end of that body together with a third request.
        """
        try:
            self.socket.sendall(b"ge")
            time.sleep(APART)
            body = b"".join(pieces(self.seed + self.number, self.size))
            self.socket.sendall(b"t\nput %d\n" % self.size + body[:BEGINNING])
            self.compare("the size", self.line(), str(self.size))
            self.compare("the download", self.body(), expected(self.seed, self.size))
            self.socket.sendall(body[BEGINNING:] + b"put 0\n")
            self.sent = self.size
            self.compare("the upload", self.line(), hashlib.sha256(body).hexdigest())
            self.compare("the empty upload after it", self.line(), NOTHING)
            self.socket.shutdown(socket.SHUT_WR)
            self.compare("the end", self.stream.read(1).decode("ascii", "replace"), "")
        finally:
            self.stream.close()
            self.socket.close()


@dataclass
class Tally:
    """What came of all transfers."""

    served: int = 0
    sent: int = 0
    received: int = 0
    seconds: float = 0.0
    failures: list[dict[str, object]] = field(default_factory=list)

    def add(self, conversation: Conversation, error: Exception | None) -> None:
        """Counts one client in."""
        self.sent += conversation.sent
        self.received += conversation.received
        if error is None:
            self.served += 1
        elif len(self.failures) < SHOWN_FAILURES:
            self.failures.append({"client": conversation.number, "error": type(error).__name__, "message": str(error)})


def report(admitted: int, tally: Tally) -> None:
    """Says what came of it."""
    emit(
        "finished",
        admitted=admitted,
        served=tally.served,
        sent=tally.sent,
        received=tally.received,
        seconds=round(tally.seconds, 4),
        failures=tally.failures,
    )
