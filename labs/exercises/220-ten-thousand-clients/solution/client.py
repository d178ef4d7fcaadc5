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
        while self.requests is not None and len(self.outgoing) < MOST_ANSWERS:
            item = next(self.requests, None)
            if item is None:
                self.requests = None
                if self.parser and self.parser.is_between_requests:
                    self.parser = None
            else:
                self.take(item)

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
