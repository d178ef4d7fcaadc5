"""It never receives more than the current request needs, so nothing is left over. Each costs a recv or two."""

import hashlib
import selectors
import socket

from labs.programs.framing import GET, HEADER, PUT, WORD
from labs.programs.servers.streaming import READ, WRITE, prepare

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
        if len(self.came) < HEADER:
            return None
        end = HEADER + body_size(self.came[:HEADER])
        if len(self.came) < end:
            return None
        request, self.came = self.came[:end], self.came[end:]
        return request

    def step(self, has: memoryview) -> bool:
        """Sends what is left, or reads and answers; never blocks. Returns False if the client has left."""
        if not self.unsent:
            head = len(self.came) >= HEADER
            missing = HEADER + (body_size(self.came[:HEADER]) if head else 0) - len(self.came)
            data = self.sock.recv(missing)
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
