"""A server of files without the mistakes of servers.tutorial: compare the two with `diff`.

python -m labs.programs.servers.tutorial_correct --port 8001
"""

import hashlib
import selectors
import socket

from labs.programs.servers.tutorial_common import READ, WRITE, prepare
from labs.programs.songs import SONGS

CHUNK, LONGEST_LINE = 16 * 1024, 64


class Client:
    """The bytes that are no whole request yet, those still to be sent, and the upload that is coming."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.came, self.unsent, self.ended = sock, b"", memoryview(b""), False
        self.left, self.digest = 0, hashlib.sha256()

    def step(self) -> bool:
        """Reads or writes what is possible now; returns False when the client is done."""
        try:
            if not self.unsent:
                data = self.sock.recv(CHUNK)
                self.came, self.ended = self.came + data, not data
                self.unsent = memoryview(self.answer())
            while self.unsent:
                self.unsent = self.unsent[self.sock.send(self.unsent) :] or memoryview(self.answer())
        except BlockingIOError:
            pass
        except OSError:
            return False
        return bool(self.unsent) or not self.ended

    def answer(self) -> bytes:
        """Takes one request, or a part of an upload; returns its answer, or nothing while there is none."""
        if self.left:
            return self.upload()
        line, found, rest = self.came.partition(b"\n")
        if not found and len(line) <= LONGEST_LINE:
            return b""
        (word, _, what), self.came = line.partition(b" "), rest
        if word == b"get" and (song := SONGS.get(what.decode("ascii", "replace"))):
            return b"%d\n" % len(song) + song
        if found and word == b"put" and what.isdigit():
            self.left, self.digest = int(what), hashlib.sha256()
            return self.upload()
        raise ConnectionAbortedError("a request is 'get NAME' or 'put SIZE', and a line end")

    def upload(self) -> bytes:
        part, self.came = self.came[: self.left], self.came[self.left :]
        self.digest.update(part)
        self.left -= len(part)
        return b"" if self.left else self.digest.hexdigest().encode() + b"\n"


def serve(selector: selectors.BaseSelector, listener: socket.socket) -> None:
    selector.register(listener, READ)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                sock, _ = listener.accept()
                sock.setblocking(False)
                selector.register(sock, READ, Client(sock))
            elif key.data.step():
                selector.modify(key.data.sock, WRITE if key.data.unsent else READ, key.data)
            else:
                selector.unregister(key.data.sock)
                key.data.sock.close()


def main() -> None:
    serve(*prepare(__doc__))


if __name__ == "__main__":
    main()
