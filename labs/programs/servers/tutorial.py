"""A server of files as in many tutorials: it works with the tutorial's client, and makes nine mistakes.
servers.tutorial_correct is the same without them: compare the two with `diff`.

python -m labs.programs.servers.tutorial --port 8001
"""

import hashlib
import os
import selectors
import socket
from typing import IO

from labs.programs.servers.tutorial_common import READ, WRITE, prepare


class Server:
    """Registers a callback for each socket, to call when it is ready; a client's state is in dictionaries."""

    def __init__(self, selector: selectors.BaseSelector, listener: socket.socket) -> None:
        self.selector, self.listener = selector, listener
        self.files: dict[socket.socket, tuple[IO[bytes], int]] = {}
        self.uploads: dict[socket.socket, tuple[int, bytes]] = {}

    def run(self) -> None:
        """Mistake 1: an exception of one client's socket, such as a reset, ends the server for all."""
        self.selector.register(self.listener, READ, self.accept)
        while True:
            for key, _ in self.selector.select():
                key.data(key.fileobj)

    def accept(self, listener: socket.socket) -> None:
        sock, _ = listener.accept()
        sock.setblocking(False)
        self.selector.register(sock, READ, self.read)

    def read(self, sock: socket.socket) -> None:
        """Mistake 2: treats what one recv returns as exactly one request."""
        words = sock.recv(1024).split()
        if not words:
            return  # Mistake 3: at the end of the stream recv returns nothing again and again; the loop never sleeps.
        if words[0] == b"get" and len(words) > 1:
            self.get(sock, words[1].decode())
        elif words[0] == b"put" and len(words) > 1:
            # Mistake 4: bytes that came with the request are lost.
            self.uploads[sock] = int(words[1]), b""
            self.selector.modify(sock, READ, self.put)
        else:
            self.selector.unregister(sock)
            sock.close()

    def get(self, sock: socket.socket, name: str) -> None:
        """Mistake 5: each file stays open while the server runs. Mistake 6: nothing separates size and body."""
        size = os.path.getsize(name)  # noqa: PTH202 - the working directory's own
        self.files[sock] = open(name, "rb"), size  # noqa: PTH123, SIM115 - that is the mistake
        sock.send(str(size).encode())
        self.selector.modify(sock, WRITE, self.write)

    def write(self, sock: socket.socket) -> None:
        """Mistake 7: reads a line at a time, of any length. Mistake 8: bytes that send does not take are lost."""
        file, size = self.files[sock]
        sock.send(file.readline())
        if file.tell() == size:
            self.selector.modify(sock, READ, self.read)

    def put(self, sock: socket.socket) -> None:
        """Mistake 9: keeps the whole upload, of whatever size the client announces."""
        size, body = self.uploads[sock]
        body += sock.recv(1024)
        self.uploads[sock] = size, body
        if len(body) >= size:
            sock.send(hashlib.sha256(body).hexdigest().encode())
            self.selector.modify(sock, READ, self.read)


def main() -> None:
    Server(*prepare(__doc__)).run()


if __name__ == "__main__":
    main()
