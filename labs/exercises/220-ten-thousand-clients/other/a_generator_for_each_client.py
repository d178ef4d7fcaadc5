# replaces: client.py
import socket

from answers import READ, WRITE, Answers

from labs.programs.protocol import RequestParser

CHUNK, MOST = 64 * 1024, 16


class Client(Answers):
    __slots__ = ("steps",)

    def __init__(self, sock, number, download):
        super().__init__(sock, number, download)
        self.steps = self.serve()
        next(self.steps)

    def on_event(self, mask):
        try:
            return self.steps.send(mask)
        except (StopIteration, OSError):
            return 0

    def serve(self):
        yield READ
        while data := (yield from self.read()):
            if not self.refused:
                self.parser = self.parser or RequestParser()
                self.requests = self.parser.feed(data)
                for item in self.requests:
                    self.take(item)
                    if len(self.outgoing) >= MOST:
                        yield from self.write()
                        yield WRITE  # the others' turn
                self.requests = None
                if self.parser and self.parser.is_between_requests:
                    self.parser = None
                yield from self.write()
                if self.refused:
                    self.sock.shutdown(socket.SHUT_WR)
            yield READ

    def read(self):
        while True:
            try:
                return self.sock.recv(CHUNK)
            except BlockingIOError:
                yield READ

    def write(self):
        left = CHUNK
        while self.outgoing:
            part = self.outgoing[0]
            try:
                count = self.sock.send(part[:left])
            except BlockingIOError:
                count = 0
            self.count(part[:count])
            self.outgoing[:1] = [part[count:]] if count < len(part) else []
            left -= count
            if self.outgoing and (not count or not left):
                yield WRITE
                left = CHUNK
