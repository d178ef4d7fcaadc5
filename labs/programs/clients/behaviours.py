"""Twenty ways in which a client can be hostile to a server of the transfer protocol, each a few steps long.

A behaviour is a generator: it does something to its peer that does not wait, and yields the seconds until it goes on.
So one thread plays hundreds of them, and none can be held up by the server that it wants to hold up.
"""

import random
import socket
import struct
import sys
from collections.abc import Callable, Iterator

Steps = Iterator[float]
PAUSE, HOLD = 0.01, 0.5  # seconds between two steps, and for which something is held against the server
REST = 0.05  # seconds between two rounds: more connections in a second would try the machine, not the server
CONNECT_WITHIN = 10.0
BURST = 64 * 1024
LINGER_NOT = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)
AT_ONCE = 20
# Takes bytes off the stream without copying them: the cheapest way to ask for more (Linux, tcp(7)).
DISCARD = socket.MSG_TRUNC if sys.platform == "linux" else 0


class Peer:
    """The server as a hostile client sees it: one connection after another, none of which it cares for."""

    def __init__(self, address: tuple[str, int]) -> None:
        """Nothing is connected yet."""
        self.address = address
        self.sockets: list[socket.socket] = []
        self.refused = self.sent = self.received = 0

    @property
    def socket(self) -> socket.socket:
        """The newest connection."""
        return self.sockets[-1]

    def connect(self, receive_buffer: int = 0) -> None:
        """Opens a connection; a receive buffer must be set before, as it decides on the window that is offered."""
        sock = socket.socket()
        self.sockets.append(sock)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.settimeout(CONNECT_WITHIN)
        try:
            sock.connect(self.address)
        except OSError:
            self.refused += 1
            raise
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def push(self, data: bytes) -> int:
        """Sends what the socket takes; returns how much that was."""
        try:
            count = self.socket.send(data)
        except BlockingIOError:
            return 0
        self.sent += count
        return count

    def take(self, most: int, flags: int = 0) -> bool:
        """Receives what has come, up to `most` bytes; returns whether there may be more."""
        try:
            data = self.socket.recv(most, flags)
        except BlockingIOError:
            return False
        self.received += len(data)
        return bool(data)

    def end_sending(self) -> None:
        """Half-closes: the server sees the end, and may still answer."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Resets every connection; SO_LINGER with no time to linger makes a close do so."""
        for sock in self.sockets:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self.close()

    def close(self) -> None:
        """Closes every connection."""
        for sock in self.sockets:
            sock.close()
        self.sockets.clear()


def idle(peer: Peer) -> Steps:
    """Connects and says nothing."""
    peer.connect()
    yield HOLD


def resets_at_once(peer: Peer) -> Steps:
    """Connects and resets."""
    peer.connect()
    peer.reset()
    yield PAUSE


def opens_and_closes(peer: Peer) -> Steps:
    """Many connections at the same time, closed without a word."""
    for _ in range(AT_ONCE):
        peer.connect()
    yield PAUSE


def half_closes_at_once(peer: Peer) -> Steps:
    """Connects, says that it will send nothing, and stays."""
    peer.connect()
    peer.end_sending()
    yield HOLD


def dribbles(peer: Peer) -> Steps:
    """One byte at a time."""
    peer.connect()
    for byte in b"put 5\nhelloget\n":
        peer.push(bytes([byte]))
        yield PAUSE


def splits_everywhere(peer: Peer) -> Steps:
    """Cuts three requests at places that differ each time."""
    peer.connect()
    data = b"put 7\nget\n123get\nput 0\n"
    while data:
        cut = random.randint(1, 5)
        peer.push(data[:cut])
        data = data[cut:]
        yield PAUSE / 4


def sends_many_in_one(peer: Peer) -> Steps:
    """Hundreds of requests in one segment, most of them for the cheapest answer."""
    peer.connect()
    for _ in range(10):
        peer.push(b"put 0\nput 1\nx" * 100 + b"get\n")
        while peer.take(BURST):
            pass
        yield PAUSE


def pipelines_and_never_reads(peer: Peer) -> Steps:
    """Asks for thousands of downloads and takes none."""
    peer.connect()
    for _ in range(50):
        peer.push(b"get\n" * (BURST // 4))
        yield PAUSE


def takes_all_it_can(peer: Peer) -> Steps:
    """Asks and asks, and throws away what comes as fast as it comes."""
    peer.connect()
    for _ in range(100):
        peer.push(b"get\n" * 64)
        for _ in range(8):
            if not peer.take(1024 * 1024, DISCARD):
                break
        yield PAUSE / 10


def reads_slowly(peer: Peer) -> Steps:
    """Asks for a download and takes it in thimbles."""
    peer.connect()
    peer.push(b"get\n" * 4)
    for _ in range(50):
        peer.take(512)
        yield PAUSE


def offers_a_tiny_window(peer: Peer) -> Steps:
    """Asks for a download and has next to no room for it."""
    peer.connect(receive_buffer=1)
    peer.push(b"get\n")
    for _ in range(50):
        peer.take(64)
        yield PAUSE


def never_ends_its_line(peer: Peer) -> Steps:
    """A line of megabytes."""
    peer.connect()
    for _ in range(50):
        peer.push(b"x" * BURST)
        yield PAUSE


def announces_and_falls_silent(peer: Peer) -> Steps:
    """Announces a terabyte, sends a little, and waits."""
    peer.connect()
    peer.push(b"put 1099511627776\n" + bytes(BURST))
    yield HOLD


def uploads_and_resets(peer: Peer) -> Steps:
    """Goes in the middle of an upload, without a goodbye."""
    peer.connect()
    peer.push(b"put 1000000\n" + bytes(BURST))
    yield PAUSE
    peer.reset()


def lies_about_the_size(peer: Peer) -> Steps:
    """Sizes that are negative, no numbers, or beyond all bounds."""
    for size in (b"five", b"-1", b"1e9", b"0x10", b"9" * 59, b"\xd9\xa5", b""):
        peer.connect()
        peer.push(b"put " + size + b"\nget\n")
        yield PAUSE
        peer.take(BURST)


def sends_garbage(peer: Peer) -> Steps:
    """Bytes that mean nothing."""
    peer.connect()
    for _ in range(10):
        peer.push(random.randbytes(BURST))
        yield PAUSE


def sends_urgent_data(peer: Peer) -> Steps:
    """A byte beside the stream, in the middle of a request."""
    peer.connect()
    peer.push(b"put 4\nab")
    peer.socket.send(b"!", socket.MSG_OOB)
    peer.push(b"cdget\n")
    yield HOLD


def asks_and_resets(peer: Peer) -> Steps:
    """Asks for downloads, reads nothing, and resets."""
    peer.connect()
    peer.push(b"get\n" * 100)
    yield PAUSE
    peer.reset()


def ends_in_the_middle(peer: Peer) -> Steps:
    """Ends its sending in the middle of a request line."""
    peer.connect()
    peer.push(b"put 1")
    peer.end_sending()
    yield HOLD


def asks_and_half_closes(peer: Peer) -> Steps:
    """Ends its sending behind a request whose answer it then leaves lying."""
    peer.connect()
    peer.push(b"get\n" * 20)
    peer.end_sending()
    yield HOLD


BEHAVIOURS: tuple[Callable[[Peer], Steps], ...] = (
    idle,
    resets_at_once,
    opens_and_closes,
    half_closes_at_once,
    dribbles,
    splits_everywhere,
    sends_many_in_one,
    pipelines_and_never_reads,
    takes_all_it_can,
    reads_slowly,
    offers_a_tiny_window,
    never_ends_its_line,
    announces_and_falls_silent,
    uploads_and_resets,
    lies_about_the_size,
    sends_garbage,
    sends_urgent_data,
    asks_and_resets,
    ends_in_the_middle,
    asks_and_half_closes,
)
