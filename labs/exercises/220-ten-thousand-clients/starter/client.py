"""One client: requests in whatever parts they come, and answers in whatever parts they can be sent."""

import socket

from answers import READ, WRITE, Answers

from labs.programs.protocol import RequestParser

CHUNK = 64 * 1024  # the most bytes that one event reads, and the most that it sends
MOST_ANSWERS = 16  # the high-water mark: the most parts of answers that wait to be sent


class Client(Answers):
    __slots__ = ()

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
        # TODO 1: one read may hold a part of a request, or several. Call `take` for each item of self.requests, only
        # while fewer than MOST_ANSWERS parts are in `outgoing`. At the end of the iterator set `requests` to None, and
        # `parser` too if it is between requests.

    def write(self) -> None:
        """Sends until the socket takes no more, or until the others' turn has come."""
        left = CHUNK
        while self.outgoing and left:
            # TODO 2: send up to `left` bytes of the first part. Count what was sent with self.count, subtract it from
            # `left`, and keep what was not sent as the first part. A send that would block raises; on_event catches it.
            self.outgoing.pop(0)
        if self.refused and not self.outgoing:
            self.sock.shutdown(socket.SHUT_WR)
