"""Support for clients.transfer: one client's side of the transfer protocol on a blocking socket."""

import hashlib
import socket
from collections.abc import Callable
from functools import lru_cache

from labs.programs.clients.connecting import connect
from labs.programs.protocol import NOTHING, payload, pieces

CHUNK = 64 * 1024


class Mismatch(ValueError):
    """The server's answer is wrong."""


@lru_cache(maxsize=1)
def expected(seed: int, size: int) -> str:
    """The SHA-256 of the download that the server must give."""
    return hashlib.sha256(payload(seed, size)).hexdigest()


class Conversation:
    """A client's connection and its requests. `number` counts the clients from 1."""

    def __init__(self, address: tuple[str, int], number: int, size: int, seed: int, timeout: float) -> None:
        self.address, self.number, self.size, self.seed, self.timeout = address, number, size, seed, timeout
        self.sent = self.received = 0
        self.stuck = False
        self.meet: Callable[[], None] = lambda: None  # called between download and upload

    def admit(self) -> None:
        """Connects; an empty upload proves that the server's program took this client, and not its kernel alone."""
        self.socket = connect(self.address, self.timeout)
        self.stream = self.socket.makefile("rb")
        self.socket.sendall(b"put 0\n")
        self.compare("the empty upload", self.line(), NOTHING)

    def transfer(self) -> None:
        self.socket.sendall(b"get\n")
        self.compare_download()
        self.meet()
        sent = self.put()
        self.compare("the upload", self.line(), sent)
        self.end()

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if hasattr(self, "stream"):
            self.stream.close()
            self.socket.close()

    def was_too_early(self) -> bool:
        """Whether the server has made progress since this client gave up: then it was slow, and did not refuse it."""
        try:
            self.socket.setblocking(False)
            return bool(self.socket.send(b"?") if self.stuck else self.socket.recv(1))
        except (AttributeError, OSError):  # no connection; nothing came; no room still
            return False

    def compare_download(self) -> None:
        self.compare("the size", self.line(), str(self.size))
        self.compare("the download", self.body(), expected(self.seed, self.size))

    def end(self) -> None:
        """Waits for the server's end: once it has closed its side, it has counted this client."""
        self.socket.shutdown(socket.SHUT_WR)
        self.compare("the end", self.stream.read(1).decode("ascii", "replace"), "")

    def put(self) -> str:
        """Uploads; returns the SHA-256 of what it sent."""
        digest = hashlib.sha256()
        self.socket.sendall(b"put %d\n" % self.size)
        for piece in pieces(self.seed + self.number, self.size):
            self.stuck = True  # unless this returns: a server that reads later makes it writable
            self.socket.sendall(piece)
            self.stuck = False
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
        """Reads the download as it comes; returns its SHA-256."""
        digest = hashlib.sha256()
        while self.received < self.size:
            part = self.stream.read1(min(CHUNK, self.size - self.received))
            if not part:
                raise ConnectionResetError(f"the server closed the connection after {self.received} bytes")
            self.received += len(part)
            digest.update(part)
        return digest.hexdigest()

    def compare(self, what: str, found: str, wanted: str) -> None:
        if found != wanted:
            raise Mismatch(f"{what} is {found!r} instead of {wanted!r}")
