"""The same clients in one loop and without threads, for thousands of them."""

import hashlib
import selectors
import socket
import time
from collections.abc import Generator

from labs.programs.clients.conversation import Conversation, Tally, expected
from labs.programs.events import checkpoint, emit
from labs.programs.protocol import pieces

CHUNK = 256 * 1024
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
# A client's steps: each yields what it waits for, and goes on when its socket is ready for it.
Steps = Generator[int, None, None]


def transfer(client: Conversation) -> Steps:
    """Downloads, uploads and compares both hashes, as Conversation.transfer does, without ever waiting in a call."""
    found = yield from get(client)
    client.compare("the download", found, expected(client.seed, client.size))
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
        del part  # or each of thousands of waiting clients would keep its last one
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
    """Sends all of `data`, in as many parts as the socket takes."""
    view = memoryview(data)
    while view:
        try:
            view = view[client.socket.send(view) :]
        except BlockingIOError:
            yield WRITE


def line(client: Conversation) -> Generator[int, None, tuple[str, bytes]]:
    """The next line, and what came behind it in the same segment."""
    data = b""
    while b"\n" not in data:
        yield READ
        data += receive(client)
    first, _, rest = data.partition(b"\n")
    return first.decode("ascii", "replace"), rest


def receive(client: Conversation) -> bytes:
    """What has come; raises ConnectionError at the end of the stream."""
    data = client.socket.recv(CHUNK)
    if not data:
        raise ConnectionResetError("the server closed the connection")
    return data


def admit(address: tuple[str, int], clients: int, size: int, seed: int, timeout: float) -> list[Conversation]:
    """Connects the clients one after the other, until one is refused."""
    admitted: list[Conversation] = []
    for number in range(1, clients + 1):
        client = Conversation(address, number, size, seed, timeout)
        try:
            client.admit()
        except (OSError, ValueError) as error:
            emit("refused", client=number, error=type(error).__name__, message=str(error))
            break
        client.socket.setblocking(False)
        admitted.append(client)
    return admitted


def with_epoll(address: tuple[str, int], clients: int, size: int, seed: int, timeout: float) -> tuple[int, Tally]:
    """Runs all clients in one loop; returns how many were admitted, and what came of the transfers."""
    admitted = admit(address, clients, size, seed, timeout)
    checkpoint("connected", clients=len(admitted))
    tally = Tally()
    if len(admitted) == clients:
        begun = time.perf_counter()
        loop(admitted, tally, timeout)
        tally.seconds = time.perf_counter() - begun
    return len(admitted), tally


def loop(clients: list[Conversation], tally: Tally, timeout: float) -> None:
    """Advances whichever client's socket is ready, until all have ended or nothing moves any more."""
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, WRITE, (client, transfer(client)))
        while selector.get_map():
            events = selector.select(timeout)
            for key, _ in events:
                advance(selector, key, tally)
            if not events:
                for key in list(selector.get_map().values()):
                    end(selector, key, tally, TimeoutError("no progress"))


def advance(selector: selectors.BaseSelector, key: selectors.SelectorKey, tally: Tally) -> None:
    """One step of one client."""
    try:
        wanted = next(key.data[1])
        if wanted != key.events:
            selector.modify(key.fileobj, wanted, key.data)
    except StopIteration:
        end(selector, key, tally, None)
    except (OSError, ValueError) as error:
        end(selector, key, tally, error)


def end(selector: selectors.BaseSelector, key: selectors.SelectorKey, tally: Tally, error: Exception | None) -> None:
    """Counts a client in and closes its connection."""
    client: Conversation = key.data[0]
    selector.unregister(key.fileobj)
    client.stream.close()
    client.socket.close()
    tally.add(client, error)
