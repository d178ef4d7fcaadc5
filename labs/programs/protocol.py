"""The transfer protocol: its wire format, its payloads, and a parser for any way in which TCP may cut them up.

    client sends          server answers
    get\\n                 SIZE\\n and then SIZE bytes
    put SIZE\\n + SIZE bytes   the SHA-256 of those bytes in hexadecimal, and \\n
    anything else         error MESSAGE\\n, and closes the connection

Any number of requests may follow each other on a connection. TCP is a stream of bytes: a segment may end in the middle
of a request line, or hold a line, the whole body and the next request.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST_LINE = 64
# Bytes that are sent in one call, where stretches of random bytes may begin, and how far from each other those of one
# payload do: an odd number, so that no two of them are the same for long.
PIECE, STARTS, STRIDE = 64 * 1024, 64 * 1024, 40503
NOTHING = hashlib.sha256().hexdigest()


@dataclass(frozen=True)
class Get:
    """A request for the server's payload."""


@dataclass(frozen=True)
class Put:
    """An upload that is complete: its size in bytes and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Wrong:
    """A line that is no request, and why."""

    reason: str


@lru_cache(maxsize=1)
def _lot() -> memoryview:
    """The random bytes of which every payload is made, the same on every platform."""
    return memoryview(random.Random(0).randbytes(STARTS + PIECE))


def pieces(seed: int, size: int) -> Iterator[memoryview]:
    """`size` bytes that depend on `seed` alone, in pieces that take no memory of their own.

    Each is a stretch of the same random bytes, and begins elsewhere for each of STARTS seeds: so two payloads differ
    from their first byte to their last, and streams that were mixed up are noticed wherever that happened.
    """
    for number, begin in enumerate(range(0, size, PIECE)):
        start = (seed + number * STRIDE) % STARTS
        yield _lot()[start : start + min(PIECE, size - begin)]


@lru_cache(maxsize=1)
def payload(seed: int, size: int) -> bytes:
    """All pieces in one; the last payload is kept."""
    return b"".join(pieces(seed, size))


class RequestParser:
    """Turns received bytes into requests, however they are cut; bodies are hashed as they come and not kept."""

    __slots__ = ("_digest", "_left", "_line", "_size")
    _digest: "hashlib._Hash"  # of the upload that is coming, and only as long as it comes

    def __init__(self) -> None:
        """Starts at the beginning of a request line."""
        self._line = b""
        self._left = self._size = 0

    @property
    def is_between_requests(self) -> bool:
        """Whether all that came made up whole requests, so that a new parser would do as well."""
        return not self._line and not self._left

    def feed(self, data: bytes) -> Iterator[Get | Put | Wrong | memoryview]:
        """Yields the requests that `data` completes, and the parts of bodies in it as memoryviews.

        After a Wrong comes nothing. Whoever stops asking has what is left of `data` kept for later.
        """
        view = memoryview(data)
        while view:
            if self._left:
                body, view = view[: self._left], view[self._left :]
                self._left -= len(body)
                self._digest.update(body)
                yield body
                if not self._left:
                    yield Put(self._size, self._digest.hexdigest())
                    del self._digest
                continue
            line, view = self._take_line(view)
            if line is None:
                if len(self._line) > LONGEST_LINE:
                    yield Wrong("the line is too long")
                return
            request = self._begin(line)
            if request is not None:
                yield request
            if isinstance(request, Wrong):
                return

    def _take_line(self, view: memoryview) -> tuple[bytes | None, memoryview]:
        """The next whole line and the rest; None as long as its end is missing.

        Never keeps more than a line can be long.
        """
        head = bytes(view[: LONGEST_LINE + 1 - len(self._line)])
        end = head.find(b"\n")
        self._line += head if end < 0 else head[:end]
        if end < 0:
            return None, view[len(head) :]
        line = self._line
        self._line = b""
        return line, view[end + 1 :]

    def _begin(self, line: bytes) -> Get | Put | Wrong | None:
        word, _, size = line.partition(b" ")
        if line == b"get":
            return Get()
        if word != b"put":
            return Wrong("a request is 'get' or 'put SIZE'")
        if not (size.isdigit() and size.isascii()):
            return Wrong("the size after 'put' is not a number")
        self._size = self._left = int(size)
        if not self._left:
            return Put(0, NOTHING)
        self._digest = hashlib.sha256()
        return None
