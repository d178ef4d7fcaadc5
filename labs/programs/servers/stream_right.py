"""Takes TCP for what it is, a stream of bytes: every other stream_*.py is this server with one mistake.

python -m labs.programs.servers.stream_right --port 8001
"""

import hashlib
import selectors
import socket
from collections.abc import Sequence

from labs.programs.framing import GET, HEADER, PUT, WORD
from labs.programs.servers.streaming import CHUNK, READ, WRITE, prepare


class Client:
    """What came of one client and is not answered yet, what it is still to be sent, and its upload."""

    def __init__(self, sock: socket.socket, body: memoryview) -> None:
        """`body` is what there is to get."""
        self.sock, self.body = sock, body
        self.came, self.unsent = b"", memoryview(b"")
        self.left: int | None = None  # bytes of the upload that are still to come
        self.digest = hashlib.sha256()

    def request(self) -> tuple[bytes, int] | None:
        """The word and the size of the next request, once twelve bytes have come; what is behind them stays."""
        if len(self.came) < HEADER:
            return None
        word, size, self.came = self.came[:WORD], self.came[WORD:HEADER], self.came[HEADER:]
        if word not in (GET, PUT) or not size.isdigit():
            raise ConnectionAbortedError("that is no request")
        return word, int(size)

    def answer(self) -> memoryview | None:
        """What to say to the next request that came, or to the end of an upload; None while there is neither."""
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


class Server:
    """The loop; descriptors are registered by their numbers."""

    client = Client

    def __init__(self, selector: selectors.BaseSelector, listener: socket.socket, body: memoryview) -> None:
        """Serves `body` to whoever asks."""
        self.selector, self.listener, self.body = selector, listener, body
        selector.register(listener.fileno(), READ)

    def run(self) -> None:
        """Serves until something is raised that is no single client's end."""
        while True:
            for key, _ in self.selector.select():
                if key.data is None:
                    self.accept()
                else:
                    self.serve(key.data)

    def accept(self) -> None:
        """Takes a client."""
        sock, _ = self.listener.accept()
        sock.setblocking(False)
        self.selector.register(sock.fileno(), READ, self.client(sock, self.body))

    def serve(self, client: Client) -> None:
        """Reads only when all is sent, so a client that does not read is not listened to."""
        try:
            if not client.unsent and not self.read(client):
                return self.close(client)
            while client.unsent or self.next(client):
                if not self.write(client):
                    break
        except ConnectionError:
            return self.close(client)
        return self.wait(client)

    def read(self, client: Client) -> bool:
        """Takes what has come, which may be a part of a request or several; returns whether more may come."""
        try:
            data = client.sock.recv(CHUNK)
        except BlockingIOError:
            return True
        client.came += data
        return bool(data)

    def next(self, client: Client) -> bool:
        """Begins the next answer; returns whether there is one."""
        answer = client.answer()
        client.unsent = answer or memoryview(b"")
        return answer is not None

    def write(self, client: Client) -> bool:
        """Sends what the kernel has room for, and keeps the rest; returns whether all is sent."""
        try:
            client.unsent = client.unsent[client.sock.send(client.unsent) :]
        except BlockingIOError:
            return False
        return not client.unsent

    def wait(self, client: Client) -> None:
        """Asks for what is of use: a socket is writable nearly always."""
        self.selector.modify(client.sock.fileno(), WRITE if client.unsent else READ, client)

    def close(self, client: Client) -> None:
        """Unregisters first: a closed socket has no number, and its old one is the next client's."""
        self.selector.unregister(client.sock.fileno())
        client.sock.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    Server(*prepare(__doc__, arguments)).run()


if __name__ == "__main__":
    main()
