"""Support for clients.transfer: one client's transfers as a generator that never blocks.

It yields the event that it waits for, and goes on when its socket is ready; HALFWAY between the two.
"""

import hashlib
import selectors
import socket
from collections.abc import Generator

from labs.programs.clients.transfer_client import Conversation, expected
from labs.programs.protocol import pieces

CHUNK = 256 * 1024
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
HALFWAY = 0
Steps = Generator[int, None, None]


def transfer(client: Conversation) -> Steps:
    """Downloads, uploads and compares both hashes, as Conversation.transfer does."""
    found = yield from get(client)
    client.compare("the download", found, expected(client.seed, client.size))
    yield HALFWAY
    sent = yield from put(client)
    answer, _ = yield from line(client)
    client.compare("the upload", answer, sent)
    client.socket.shutdown(socket.SHUT_WR)
    yield READ
    client.compare("the end", client.socket.recv(1).decode("ascii", "replace"), "")


def get(client: Conversation) -> Generator[int, None, str]:
    """Downloads; returns the SHA-256 of what came."""
    digest = hashlib.sha256()
    yield from send(client, b"get\n")
    size, part = yield from line(client)
    client.compare("the size", size, str(client.size))
    while True:
        client.received += len(part)
        digest.update(part)
        del part  # or each of thousands of waiting clients would keep its last part
        if client.received >= client.size:
            return digest.hexdigest()
        yield READ
        part = receive(client)


def put(client: Conversation) -> Generator[int, None, str]:
    """Uploads; returns the SHA-256 of what it sent."""
    digest = hashlib.sha256()
    yield from send(client, b"put %d\n" % client.size)
    for piece in pieces(client.seed + client.number, client.size):
        yield from send(client, piece)
        client.sent += len(piece)
        digest.update(piece)
    return digest.hexdigest()


def send(client: Conversation, data: bytes | memoryview) -> Steps:
    view = memoryview(data)
    while view:
        try:
            view = view[client.socket.send(view) :]
        except BlockingIOError:
            yield WRITE


def line(client: Conversation) -> Generator[int, None, tuple[str, bytes]]:
    """The next line, and the bytes that came with it."""
    data = b""
    while b"\n" not in data:
        yield READ
        data += receive(client)
    first, _, rest = data.partition(b"\n")
    return first.decode("ascii", "replace"), rest


def receive(client: Conversation) -> bytes:
    data = client.socket.recv(CHUNK)
    if not data:
        raise ConnectionResetError("the server closed the connection")
    return data
