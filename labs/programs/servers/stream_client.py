"""Support for stream_*.py: the requests of one client, found in the bytes that it sends, and their answers."""

import hashlib
import socket

from labs.programs.framing import GET, HEADER, PUT, WORD


class Client:
    """The bytes of one client that are not answered yet, those still to be sent to it, and its upload."""

    def __init__(self, sock: socket.socket, body: memoryview) -> None:
        self.sock, self.body = sock, body
        self.came, self.unsent = b"", memoryview(b"")
        self.left: int | None = None  # bytes of the upload that are still to come
        self.digest = hashlib.sha256()

    def request(self) -> tuple[bytes, int] | None:
        """The word and the size of the next request, once its twelve bytes have come; later bytes are kept."""
        if len(self.came) < HEADER:
            return None
        word, size, self.came = self.came[:WORD], self.came[WORD:HEADER], self.came[HEADER:]
        if word not in (GET, PUT) or not size.isdigit():
            raise ConnectionAbortedError("that is no request")
        return word, int(size)

    def has_answer(self) -> bool:
        """Whether there is a next answer, which is then the bytes to send."""
        answer = self.answer()
        self.unsent = answer or memoryview(b"")
        return answer is not None

    def answer(self) -> memoryview | None:
        """The answer to the next request, or to the end of an upload; None while there is neither."""
        if self.left is not None:
            part, self.came = self.came[: self.left], self.came[self.left :]
            self.digest.update(part)
            self.left -= len(part)
            if self.left:
                return None
            self.left = None
            return memoryview(self.digest.hexdigest().encode() + b"\n")
        if (asked := self.request()) is None:
            return None
        word, size = asked
        if word == GET:
            return self.body[:size]
        self.left, self.digest = size, hashlib.sha256()
        return memoryview(b"%d\n" % size)
