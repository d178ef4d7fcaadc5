"""A server of files without the tutorial's mistakes: `diff` with servers.tutorial shows what each costs.

python -m labs.programs.servers.tutorial_right --port 8001
"""

import hashlib
import selectors
import socket
from collections.abc import Sequence

from labs.programs.servers.sharing import READ, WRITE, announce, prepare
from labs.programs.songs import SONGS

CHUNK = 16 * 1024
LONGEST_LINE = 64


class Client:
    """What came and is no whole request yet, what is still to be sent, and the upload that is under way."""

    def __init__(self, sock: socket.socket) -> None:
        """Nothing came yet."""
        self.sock, self.came, self.unsent, self.ended = sock, b"", memoryview(b""), False
        self.left, self.digest = 0, hashlib.sha256()

    def step(self) -> bool:
        """Reads or writes what is possible now; returns whether the client is still to be served."""
        try:
            if not self.unsent:
                data = self.sock.recv(CHUNK)
                self.came, self.ended = self.came + data, not data
            while not self.unsent and self.answer():
                self.unsent = self.unsent[self.sock.send(self.unsent) :]
            if self.unsent:
                self.unsent = self.unsent[self.sock.send(self.unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return bool(self.unsent) or not self.ended

    def answer(self) -> bool:
        """Takes one request, or a part of an upload, of what came; returns whether there is an answer."""
        if self.left:
            part, self.came = self.came[: self.left], self.came[self.left :]
            self.digest.update(part)
            self.left -= len(part)
            return not self.left and self.say(self.digest.hexdigest().encode() + b"\n")
        line, found, rest = self.came.partition(b"\n")
        if not found:
            if len(line) > LONGEST_LINE:
                raise ConnectionAbortedError("a request has no end")
            return False
        self.came = rest
        word, _, what = line.partition(b" ")
        if word == b"get" and what.decode() in SONGS:
            song = SONGS[what.decode()]
            return self.say(b"%d\n" % len(song) + song)
        if word == b"put" and what.isdigit():
            self.left, self.digest = int(what), hashlib.sha256()
            return self.answer()
        raise ConnectionAbortedError("a request is 'get NAME' or 'put SIZE'")

    def say(self, answer: bytes) -> bool:
        """Has it sent before anything else is read."""
        self.unsent = memoryview(answer)
        return True


def serve(listener: socket.socket, selector: selectors.BaseSelector) -> None:
    """Serves until accept has no descriptor left."""
    selector.register(listener, READ)
    while True:
        for key, _ in selector.select():
            client: Client | None = key.data
            if client is None:
                sock, _ = listener.accept()
                sock.setblocking(False)
                selector.register(sock, READ, Client(sock))
            elif client.step():
                selector.modify(client.sock, WRITE if client.unsent else READ, client)
            else:
                selector.unregister(client.sock)
                client.sock.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    listener, selector = prepare(__doc__, arguments)
    announce(listener, selector)
    serve(listener, selector)


if __name__ == "__main__":
    main()
