"""A server that finds requests in a stream of bytes.

    client sends              server answers
    get SIZE                  the first SIZE bytes of what it has
    put SIZE + SIZE bytes     SIZE and a line's end; then the SHA-256 of the bytes in hexadecimal, and a line's end

SIZE has eight digits, so the head of a request has twelve bytes; its body, if any, follows.
"""

import hashlib
import selectors
import socket

from labs.programs.framing import GET, HEADER, PUT, WORD
from labs.programs.servers.streaming import CHUNK, READ, WRITE, prepare

MOST_BODY = 1024 * 1024


def body_size(head: bytes) -> int:
    """How many bytes follow the twelve bytes of a head; raises ConnectionAbortedError if they are none."""
    word, size = head[:WORD], head[WORD:]
    if word not in (GET, PUT) or not size.isdigit() or len(head) != HEADER:
        raise ConnectionAbortedError("that is no request")
    if word == PUT and int(size) > MOST_BODY:
        raise ConnectionAbortedError("the body is too large")
    return int(size) if word == PUT else 0


class Client:
    """One client: `came` was received and is not handled yet, `unsent` is not sent yet."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.came, self.unsent = sock, b"", memoryview(b"")

    def next_request(self) -> bytes | None:
        """Takes the next whole request, its head and its body, from `came`; None while it is incomplete."""
        # TODO 1: this takes all that has come for one request. Return None until the head is complete, and then until
        # the body is: body_size(head) returns its size. Leave the bytes in `came` meanwhile.
        # TODO 2: more than one request may have come. Take the first one only, and keep the bytes after it.
        request, self.came = self.came, b""
        return request or None

    def step(self, has: memoryview) -> bool:
        """Sends what is left, or reads and answers; never blocks. Returns False if the client has left."""
        if not self.unsent:
            data = self.sock.recv(CHUNK)
            if not data:
                return False
            self.came += data
        while self.unsent or (request := self.next_request()):
            self.unsent = self.unsent or answer(request, has)
            self.unsent = self.unsent[self.sock.send(self.unsent) :]
        return True


def answer(request: bytes, has: memoryview) -> memoryview:
    head, body = request[:HEADER], request[HEADER:]
    if len(body) != body_size(head):
        raise ConnectionAbortedError("that is no request")
    if head.startswith(GET):
        return has[: int(head[WORD:])]
    return memoryview(b"%d\n%s\n" % (len(body), hashlib.sha256(body).hexdigest().encode()))


def serve(selector: selectors.BaseSelector, listener: socket.socket, has: memoryview) -> None:
    selector.register(listener, READ)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                sock, _ = listener.accept()
                sock.setblocking(False)
                selector.register(sock, READ, Client(sock))
                continue
            client: Client = key.data
            try:
                stays = client.step(has)
            except BlockingIOError:
                stays = True
            except ConnectionError:
                stays = False
            if stays:
                selector.modify(client.sock, WRITE if client.unsent else READ, client)
            else:
                selector.unregister(client.sock)
                client.sock.close()


if __name__ == "__main__":
    serve(*prepare(__doc__))
