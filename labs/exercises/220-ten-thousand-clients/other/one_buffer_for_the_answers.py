# replaces: client.py
import selectors
import socket

from labs.programs.protocol import Get, Put, RequestParser, Wrong
from labs.programs.servers.bodies import Bodies

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CHUNK, HIGH_WATER = 16 * 1024, 32 * 1024


class Client:
    __slots__ = ("body", "left", "number", "out", "parser", "received", "requests", "sent", "sock", "state")

    def __init__(self, sock, number, download):
        self.sock, self.number, self.body = sock, number, download
        self.out, self.left, self.parser, self.requests, self.state = None, None, None, None, "open"
        self.sent, self.received = None, None

    @property
    def is_under_way(self):
        return bool(self.out) or self.requests is not None or self.parser is not None

    def on_event(self, mask):
        try:
            if mask & READ and not self.out and self.requests is None and self.state != "ended":
                self.read()
            self.answer()
            if self.out:
                count = self.sock.send(memoryview(self.out)[:CHUNK])
                self.out = self.out[count:] or None
                self.answer()
        except BlockingIOError:
            pass
        except OSError:
            return 0
        if self.out or self.requests is not None:
            return WRITE
        if self.state == "wrong":
            try:
                self.sock.shutdown(socket.SHUT_WR)
            except OSError:
                return 0
            self.state = "said so"
        return 0 if self.state == "ended" else READ

    def read(self):
        data = self.sock.recv(CHUNK)
        if not data:
            self.state = "ended"
        elif self.state == "open":
            self.parser = self.parser or RequestParser()
            self.requests = self.parser.feed(data)

    def answer(self):
        while self.requests is not None and len(self.out or b"") < HIGH_WATER:
            item = next(self.requests, None)
            if item is None:
                self.requests = None
                if self.parser and self.parser.is_between_requests:
                    self.parser = None
            elif isinstance(item, Get):
                self.out = b"".join((self.out or b"", *self.body))
                self.sent = self.sent or Bodies()
                self.sent.add(self.body[1])
            elif isinstance(item, Put):
                self.out = (self.out or b"") + item.sha256.encode() + b"\n"
            elif isinstance(item, Wrong):
                self.out = (self.out or b"") + b"error " + item.reason.encode() + b"\n"
                self.state, self.parser = "wrong", None
            else:
                self.received = self.received or Bodies()
                self.received.add(item)

    def counts(self):
        sent, received = self.sent or Bodies(), self.received or Bodies()
        return {"client": self.number} | sent.fields("sent") | received.fields("received")
