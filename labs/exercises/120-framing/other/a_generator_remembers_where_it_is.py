"""A generator for each client: it asks for so many bytes, and goes on where it was when they have come."""

import hashlib
import socket
from collections.abc import Generator

from labs.programs.framing import PUT
from labs.programs.servers.streaming import CHUNK, READ, WRITE, prepare


def conversation(has: memoryview) -> Generator[int | memoryview, bytes, None]:
    """Yields how many bytes it needs, and is sent them; or yields bytes to send."""
    while True:
        head = yield 12
        word, size = head[:4], head[4:]
        if word not in (b"get ", PUT) or not size.isdigit():
            raise ConnectionAbortedError
        if word == PUT:
            yield memoryview(b"%d\n" % int(size))
            body = (yield int(size)) if int(size) else b""
            yield memoryview(hashlib.sha256(body).hexdigest().encode() + b"\n")
        else:
            yield has[: int(size)]


class Peer:
    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.talk = sock, conversation(has)
        self.came = bytearray()
        self.wants = next(self.talk)

    def step(self) -> bool:
        if isinstance(self.wants, int):
            data = self.sock.recv(CHUNK)
            if not data:
                return False
            self.came += data
        while True:
            if isinstance(self.wants, memoryview):
                rest = self.wants[self.sock.send(self.wants) :]
                self.wants = rest if rest else next(self.talk)
            elif len(self.came) >= self.wants:
                part = bytes(self.came[: self.wants])
                del self.came[: self.wants]
                self.wants = self.talk.send(part)
            else:
                return True


selector, listener, has = prepare(__doc__)
selector.register(listener, READ)
while True:
    for key, _ in selector.select():
        if key.data is None:
            sock, _ = listener.accept()
            sock.setblocking(False)
            selector.register(sock, READ, Peer(sock))
            continue
        try:
            stays = key.data.step()
        except BlockingIOError:
            stays = True
        except OSError:
            stays = False
        if not stays:
            selector.unregister(key.fileobj)
            key.data.sock.close()
        else:
            selector.modify(key.fileobj, WRITE if isinstance(key.data.wants, memoryview) else READ, key.data)
