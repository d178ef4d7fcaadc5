"""What TCP allows a client: to dribble, to coalesce, to read slowly, to half-close, and to be silent.

Each function does one of these to a server and returns what came of it: `answered`, or something else in few words.
"""

import contextlib
import hashlib
import socket
import time
from dataclasses import dataclass

from labs.programs.framing import GET, PUT, request
from labs.programs.protocol import payload

PATIENCE = 20.0
CHUNK = 64 * 1024
LITTLE_ROOM = 16 * 1024
# Seconds that a slow reader sleeps; the server's kernel is full long before.
SLOW = 0.2
SMALL = 100


@dataclass(frozen=True)
class Peer:
    """A server and what it has: `size` bytes."""

    address: tuple[str, int]
    size: int

    def connect(self, room: int = 0) -> socket.socket:
        """A connection; `room` is the most that the kernel takes while nobody reads."""
        sock = socket.socket()
        if room:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        sock.settimeout(PATIENCE)
        try:
            sock.connect(self.address)
        except OSError:
            sock.close()
            raise
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def has(self, size: int) -> bytes:
        """The first bytes of what it has."""
        return payload(1, self.size)[:size]

    def lives(self) -> bool:
        """Whether it serves a further client; one that dies resets or refuses it."""
        try:
            with self.connect() as sock:
                return ask(self, sock, 1) == "answered"
        except ConnectionError:
            return False


def taken(sock: socket.socket, most: int = 2**40) -> bytes:
    """All that comes until the end of the stream, or `most` bytes of it."""
    came = bytearray()
    with contextlib.suppress(ConnectionError):
        while part := sock.recv(min(most - len(came), CHUNK)):
            came += part
    return bytes(came)


def told(came: bytes, wanted: bytes) -> str:
    """How what came compares with what was wanted."""
    if came == wanted:
        return "answered"
    if not came:
        return "closed"
    return "cut short" if wanted.startswith(came) else "other bytes"


def ask(peer: Peer, sock: socket.socket, size: int = SMALL) -> str:
    """A request as a whole, and its answer."""
    sock.sendall(request(GET, size))
    return told(taken(sock, size), peer.has(size))


def ended(sock: socket.socket) -> bytes:
    """Ends the sending half, and takes all that comes."""
    with contextlib.suppress(OSError):  # the server may have reset the connection already
        sock.shutdown(socket.SHUT_WR)
    return taken(sock)


def in_pieces(peer: Peer, piece: int) -> str:
    """A request of which the server has read each piece before the next one comes.

    It has when another connection, ready after this one, was answered twice: one thread serves all.
    """
    asked = request(GET, SMALL)
    with peer.connect() as sock, peer.connect() as other:
        for begin in range(0, len(asked), piece):
            with contextlib.suppress(ConnectionError):
                sock.sendall(asked[begin : begin + piece])
            ask(peer, other)
            ask(peer, other)
        return told(ended(sock), peer.has(SMALL))


def two_at_once(peer: Peer) -> str:
    """Two requests in one segment."""
    with peer.connect() as sock:
        sock.sendall(2 * request(GET, SMALL))
        return told(ended(sock), 2 * peer.has(SMALL))


def with_payload(peer: Peer, body: bytes) -> str:
    """A request and its payload in one segment."""
    with peer.connect() as sock:
        sock.sendall(request(PUT, len(body)) + body)
        came = ended(sock)
    size, found, _ = came.partition(b"\n")
    if found and size != b"%d" % len(body):
        return f"waits for {size.decode()} bytes"
    return told(came, b"%d\n%s\n" % (len(body), hashlib.sha256(body).hexdigest().encode()))


def reading_slowly(peer: Peer) -> str:
    """Asks for all that there is, and begins to read when the server can send no more."""
    with peer.connect(LITTLE_ROOM) as sock:
        sock.sendall(request(GET, peer.size))
        sock.recv(1, socket.MSG_PEEK)
        time.sleep(SLOW)
        return told(ended(sock), peer.has(peer.size))


def leaving(peer: Peer) -> str:
    """Ends its sending half behind its request, and goes when the server has closed."""
    with peer.connect() as sock:
        sock.sendall(request(GET, SMALL))
        return told(ended(sock), peer.has(SMALL))
