"""A raw connection to a container or command through the engine, and the frames of its two streams.

The SDK's own reader loses the bytes that come together with the response's head, has no deadline, and reads frame by
frame.
"""

import select
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from scenarios.definition.scenario import Stream

SIZE = 256 * 1024  # bytes read at once
UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}
# The engine's API, ContainerAttach: the number of the stream, three bytes of nothing, the length of what follows.
HEADER = struct.Struct(">BxxxL")
STREAMS: dict[int, Stream] = {1: "stdout", 2: "stderr"}
WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Frames:
    """Separates the two streams of a container, wherever the parts that come in were cut."""

    def __init__(self) -> None:
        self._rest = b""
        self._left = 0
        self._stream: Stream = "stdout"

    @property
    def whole(self) -> bool:
        """Whether the bytes so far end with a whole frame."""
        return not self._rest and not self._left

    def feed(self, data: bytes) -> list[tuple[Stream, bytes]]:
        """The contents of these bytes, one part for each stream."""
        data = self._rest + data
        parts: dict[Stream, list[bytes]] = {"stdout": [], "stderr": []}
        at = 0
        while len(data) - at >= (1 if self._left else HEADER.size):
            if self._left:
                part = data[at : at + self._left]
                parts[self._stream].append(part)
                at, self._left = at + len(part), self._left - len(part)
            else:
                number, self._left = HEADER.unpack_from(data, at)
                at, self._stream = at + HEADER.size, STREAMS.get(number, "stderr")
        self._rest = data[at:]
        return [(stream, b"".join(several)) for stream, several in parts.items() if several]


class Conversation:
    """A connection that the engine handed over to one container or command; several threads may use it."""

    def __init__(self, response: Any) -> None:
        """`response` is the answer, its body not read yet, of a request with the headers UPGRADE."""
        self._response = response
        head: Any = response.raw._fp.fp
        self._socket: Any = head.raw._sock
        self._socket.settimeout(0)
        # OpenSSL does not allow a read and a write of one connection at the same time.
        self._lock = threading.Lock()
        self._early = b""
        with suppress(*WOULD_BLOCK):
            self._early = head.read1(SIZE)

    def receive(self, until: float | None = None) -> bytes:
        """The next bytes, none at the end; raises OSError, and TimeoutError at `until` (on time.monotonic)."""
        early, self._early = self._early, b""
        while not early:
            try:
                with self._lock:
                    return bytes(self._socket.recv(SIZE))
            except WOULD_BLOCK:
                self._wait(select.POLLIN, until)
        return early

    def frames(self, until: float | None = None) -> Iterator[tuple[Stream, bytes]]:
        """Both streams, in parts, up to their end; raises as `receive` does."""
        frames = Frames()
        while data := self.receive(until):
            yield from frames.feed(data)

    def send(self, data: bytes, until: float | None = None) -> None:
        """Writes all of it; raises as `receive` does."""
        rest = memoryview(data)
        while rest:
            try:
                with self._lock:
                    rest = rest[self._socket.send(rest) :]
            except WOULD_BLOCK:
                self._wait(select.POLLOUT, until)

    def _wait(self, event: int, until: float | None) -> None:
        poll = select.poll()
        poll.register(self._socket, event)
        left = None if until is None else max(until - time.monotonic(), 0) * 1000
        if not poll.poll(left):
            raise TimeoutError("nothing came in time")

    def close(self) -> None:
        """Ends it, also for a thread that waits for it."""
        with suppress(OSError):
            self._socket.shutdown(2)
        self._response.close()
        self._socket.close()


def attach(api: Any, container: str) -> Conversation:
    """A container's three standard streams."""
    url = api._url("/containers/{0}/attach", container)
    wanted = dict.fromkeys(("stdin", "stdout", "stderr", "stream"), 1)
    return _converse(api, api._post(url, headers=dict(UPGRADE), params=wanted, stream=True))


def begin(api: Any, job: str) -> Conversation:
    """Starts a command that was made with exec_create."""
    url = api._url("/exec/{0}/start", job)
    return _converse(api, api._post_json(url, headers=dict(UPGRADE), data={"Tty": False, "Detach": False}, stream=True))


def _converse(api: Any, response: Any) -> Conversation:
    api._raise_for_status(response)
    return Conversation(response)
