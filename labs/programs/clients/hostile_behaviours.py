"""Support for clients.hostile: twenty ways to harm a server of the transfer protocol.

A behaviour is a generator: it does something to its peer that does not block, and yields the seconds until it goes on.
So one thread plays hundreds of hostile clients, and the server cannot hold any of them up.
"""

import random
import socket
from collections.abc import Callable

from labs.programs.clients.hostile_connections import BURST, CONNECTIONS, HOLD, PAUSE
from labs.programs.clients.hostile_peer import Peer, Steps
from labs.programs.clients.hostile_readers import READERS


def dribbles(peer: Peer) -> Steps:
    peer.connect()
    for byte in b"put 5\nhelloget\n":
        peer.push(bytes([byte]))
        yield PAUSE


def splits_everywhere(peer: Peer) -> Steps:
    """Cuts three requests at random places."""
    peer.connect()
    data = b"put 7\nget\n123get\nput 0\n"
    while data:
        cut = random.randint(1, 5)
        peer.push(data[:cut])
        data = data[cut:]
        yield PAUSE / 4


def sends_many_in_one(peer: Peer) -> Steps:
    """Hundreds of requests in one segment, most of them with a short answer."""
    peer.connect()
    for _ in range(10):
        peer.push(b"put 0\nput 1\nx" * 100 + b"get\n")
        while peer.take(BURST):
            pass
        yield PAUSE


def never_ends_its_line(peer: Peer) -> Steps:
    peer.connect()
    for _ in range(50):
        peer.push(b"x" * BURST)
        yield PAUSE


def announces_and_falls_silent(peer: Peer) -> Steps:
    """Announces an upload of a terabyte, sends a little, and waits."""
    peer.connect()
    peer.push(b"put 1099511627776\n" + bytes(BURST))
    yield HOLD


def lies_about_the_size(peer: Peer) -> Steps:
    """Sizes that are negative, huge, or no numbers."""
    for size in (b"five", b"-1", b"1e9", b"0x10", b"9" * 59, b"\xd9\xa5", b""):
        peer.connect()
        peer.push(b"put " + size + b"\nget\n")
        yield PAUSE
        peer.take(BURST)


def sends_garbage(peer: Peer) -> Steps:
    peer.connect()
    for _ in range(10):
        peer.push(random.randbytes(BURST))
        yield PAUSE


def sends_urgent_data(peer: Peer) -> Steps:
    """Out-of-band data in the middle of a request."""
    peer.connect()
    peer.push(b"put 4\nab")
    peer.socket.send(b"!", socket.MSG_OOB)
    peer.push(b"cdget\n")
    yield HOLD


BEHAVIOURS: tuple[Callable[[Peer], Steps], ...] = (
    *CONNECTIONS,
    dribbles,
    splits_everywhere,
    sends_many_in_one,
    *READERS,
    never_ends_its_line,
    announces_and_falls_silent,
    lies_about_the_size,
    sends_garbage,
    sends_urgent_data,
)
