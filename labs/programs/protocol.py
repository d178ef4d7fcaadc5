"""Support for transfers: the protocol, its payloads, and a parser of requests however TCP cuts them.

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
# Bytes of a piece; starts of pieces within the random bytes; the distance between the starts of one payload's pieces,
# an odd number, so that its pieces do not repeat soon.
PIECE, STARTS, STRIDE = 64 * 1024, 64 * 1024, 40503
NOTHING = hashlib.sha256().hexdigest()


@dataclass(frozen=True)
class Get:
    pass


@dataclass(frozen=True)
class Put:
    """A complete upload: its size in bytes and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Wrong:
    reason: str


@lru_cache(maxsize=1)
def _lot() -> memoryview:
    """The random bytes of every payload, the same on every platform."""
    return memoryview(random.Random(0).randbytes(STARTS + PIECE))


def pieces(seed: int, size: int) -> Iterator[memoryview]:
    """`size` bytes that depend on `seed` alone, in pieces that share their memory.

    Each piece is a part of the same random bytes and begins elsewhere for each of STARTS seeds. So two payloads differ
    from their first byte to their last, and mixed-up streams are noticed wherever that happens.
    """
    for number, begin in enumerate(range(0, size, PIECE)):
        start = (seed + number * STRIDE) % STARTS
        yield _lot()[start : start + min(PIECE, size - begin)]


@lru_cache(maxsize=1)
def payload(seed: int, size: int) -> bytes:
    return b"".join(pieces(seed, size))


class RequestParser:
    """Turns received bytes into requests, however they are cut. Bodies are hashed as they come, and not kept."""

    __slots__ = ("_digest", "_left", "_line", "_size")
    _digest: "hashlib._Hash"  # of the upload that is coming, and only as long as it comes

    def __init__(self) -> None:
        self._line = b""
        self._left = self._size = 0

    @property
    def is_between_requests(self) -> bool:
        """Whether the bytes so far are whole requests, so that a new parser would do as well."""
        return not self._line and not self._left

    @property
    def is_within_line(self) -> bool:
        """Whether the bytes so far end in a request's line."""
        return bool(self._line)

    def feed(self, data: bytes) -> Iterator[Get | Put | Wrong | memoryview]:
        """Yields the requests that `data` completes, and its parts of bodies as memoryviews.

        A Wrong is the last item. A caller that stops iterating leaves the rest of `data` in the generator for later.
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
        """The next line, None while its end is missing, and the rest; it keeps no more than the longest line."""
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
