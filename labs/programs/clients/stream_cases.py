"""Support for clients.stream_bugs: what TCP allows a client to do, one function each.

Each returns `answered`, or in a few words what happened instead.
"""

import contextlib
import hashlib
import socket
import time
from dataclasses import dataclass

from labs.programs.clients.connecting import connect
from labs.programs.framing import GET, PUT, request
from labs.programs.protocol import payload

PATIENCE = 20.0
CHUNK = 64 * 1024
LITTLE_ROOM = 16 * 1024
SLOW = 0.2  # seconds that a slow reader sleeps; the server's socket is full long before
SMALL = 100


@dataclass(frozen=True)
class Peer:
    """A server with `size` bytes to get."""

    address: tuple[str, int]
    size: int

    def connect(self, room: int = 0) -> socket.socket:
        return connect(self.address, PATIENCE, room)

    def has(self, size: int) -> bytes:
        return payload(1, self.size)[:size]

    def lives(self) -> bool:
        """Whether it serves one more client; a server that has died resets or refuses it."""
        try:
            with self.connect() as sock:
                return ask(self, sock, 1) == "answered"
        except ConnectionError:
            return False


def receive(sock: socket.socket, most: int = 2**40) -> bytes:
    """All that comes until the end of the stream, or `most` bytes of it."""
    came = bytearray()
    with contextlib.suppress(ConnectionError):
        while part := sock.recv(min(most - len(came), CHUNK)):
            came += part
    return bytes(came)


def compare(came: bytes, wanted: bytes) -> str:
    if came == wanted:
        return "answered"
    if not came:
        return "closed"
    return "cut short" if wanted.startswith(came) else "other bytes"


def ask(peer: Peer, sock: socket.socket, size: int = SMALL) -> str:
    sock.sendall(request(GET, size))
    return compare(receive(sock, size), peer.has(size))


def receive_rest(sock: socket.socket) -> bytes:
    """Ends the sending half, and takes all that comes."""
    with contextlib.suppress(OSError):  # the server may have reset the connection already
        sock.shutdown(socket.SHUT_WR)
    return receive(sock)


def in_pieces(peer: Peer, piece: int) -> str:
    """A request of which the server has read each piece before the next one comes.

    One thread serves all clients: once another connection has been answered twice, the piece before has been read.
    """
    asked = request(GET, SMALL)
    with peer.connect() as sock, peer.connect() as other:
        for begin in range(0, len(asked), piece):
            with contextlib.suppress(ConnectionError):
                sock.sendall(asked[begin : begin + piece])
            ask(peer, other)
            ask(peer, other)
        return compare(receive_rest(sock), peer.has(SMALL))


def two_at_once(peer: Peer) -> str:
    with peer.connect() as sock:
        sock.sendall(2 * request(GET, SMALL))
        return compare(receive_rest(sock), 2 * peer.has(SMALL))


def with_payload(peer: Peer, body: bytes) -> str:
    with peer.connect() as sock:
        sock.sendall(request(PUT, len(body)) + body)
        came = receive_rest(sock)
    size, found, _ = came.partition(b"\n")
    if found and size != b"%d" % len(body):
        return f"waits for {size.decode()} bytes"
    return compare(came, b"%d\n%s\n" % (len(body), hashlib.sha256(body).hexdigest().encode()))


def reading_slowly(peer: Peer) -> str:
    """Asks for all bytes, and begins to read when the server can send no more and has answered another client."""
    with peer.connect(LITTLE_ROOM) as sock, peer.connect() as other:
        sock.sendall(request(GET, peer.size))
        sock.recv(1, socket.MSG_PEEK)
        time.sleep(SLOW)
        ask(peer, other)
        return compare(receive_rest(sock), peer.has(peer.size))


def leaving(peer: Peer) -> str:
    """Ends its sending half after its request, and leaves when the server has closed."""
    with peer.connect() as sock:
        sock.sendall(request(GET, SMALL))
        return compare(receive_rest(sock), peer.has(SMALL))
