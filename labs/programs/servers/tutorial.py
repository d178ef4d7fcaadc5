"""A server of files as tutorials have it: it works with the tutorial's client, and makes nine mistakes.

python -m labs.programs.servers.tutorial --port 8001

servers.tutorial_right is the same without them: `diff` shows what each costs.
"""

import hashlib
import os
import selectors
import socket
from collections.abc import Sequence
from typing import IO

from labs.programs.servers.sharing import READ, WRITE, announce, prepare


class Server:
    """A callback for each socket: what is to be done when it is ready."""

    def __init__(self, selector: selectors.BaseSelector, listener: socket.socket) -> None:
        """What is kept of a client stands in dictionaries."""
        self.selector, self.listener = selector, listener
        self.files: dict[socket.socket, tuple[IO[bytes], int]] = {}
        self.uploads: dict[socket.socket, tuple[int, bytes]] = {}

    def run(self) -> None:
        """Mistake 1: whatever a client's socket raises, such as a reset, ends the server for all."""
        self.selector.register(self.listener, READ, self.accept)
        while True:
            for key, _ in self.selector.select():
                key.data(key.fileobj)

    def accept(self, listener: socket.socket) -> None:
        """Takes a client."""
        sock, _ = listener.accept()
        sock.setblocking(False)
        self.selector.register(sock, READ, self.read)

    def read(self, sock: socket.socket) -> None:
        """Mistake 2: takes what one recv gives for one request, neither less nor more."""
        words = sock.recv(1024).split()
        if not words:
            # Mistake 3: at the end of the stream recv has nothing again and again, and the loop never sleeps.
            return
        if words[0] == b"get" and len(words) > 1:
            self.get(sock, words[1].decode())
        elif words[0] == b"put" and len(words) > 1:
            # Mistake 4: what came with the request is forgotten.
            self.uploads[sock] = int(words[1]), b""
            self.selector.modify(sock, READ, self.put)
        else:
            self.selector.unregister(sock)
            sock.close()

    def get(self, sock: socket.socket, name: str) -> None:
        """Mistake 5: the file stays open for as long as the server lives, a descriptor more for each client."""
        size = os.path.getsize(name)  # noqa: PTH202 - the working directory's own
        self.files[sock] = open(name, "rb"), size  # noqa: PTH123, SIM115 - that is the mistake
        # Mistake 6: nothing tells the reader where the size ends and the body begins.
        sock.send(str(size).encode())
        self.selector.modify(sock, WRITE, self.write)

    def write(self, sock: socket.socket) -> None:
        """Mistake 7: a line at a time, of any length. Mistake 8: what send did not take of it is lost."""
        file, size = self.files[sock]
        sock.send(file.readline())
        if file.tell() == size:
            self.selector.modify(sock, READ, self.read)

    def put(self, sock: socket.socket) -> None:
        """Mistake 9: an upload is kept whole, however large its client says that it is."""
        size, body = self.uploads[sock]
        body += sock.recv(1024)
        self.uploads[sock] = size, body
        if len(body) >= size:
            sock.send(hashlib.sha256(body).hexdigest().encode())
            self.selector.modify(sock, READ, self.read)


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    listener, selector = prepare(__doc__, arguments)
    server = Server(selector, listener)
    announce(listener, selector)
    server.run()


if __name__ == "__main__":
    main()
