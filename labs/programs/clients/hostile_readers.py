"""Support for clients.hostile: clients that ask for downloads, and read none, little or all at once."""

import socket
import sys

from labs.programs.clients.hostile_connections import BURST, PAUSE
from labs.programs.clients.hostile_peer import Peer, Steps

# Takes bytes off the stream without copying them: the cheapest way to ask for more (Linux, tcp(7)).
DISCARD = socket.MSG_TRUNC if sys.platform == "linux" else 0


def pipelines_and_never_reads(peer: Peer) -> Steps:
    peer.connect()
    for _ in range(50):
        peer.push(b"get\n" * (BURST // 4))
        yield PAUSE


def takes_all_it_can(peer: Peer) -> Steps:
    """Asks again and again, and discards the answers as fast as they come."""
    peer.connect()
    for _ in range(100):
        peer.push(b"get\n" * 64)
        for _ in range(8):
            if not peer.take(1024 * 1024, DISCARD):
                break
        yield PAUSE / 10


def reads_slowly(peer: Peer) -> Steps:
    """Asks for downloads and reads 512 bytes at a time."""
    peer.connect()
    peer.push(b"get\n" * 4)
    for _ in range(50):
        peer.take(512)
        yield PAUSE


def offers_a_tiny_window(peer: Peer) -> Steps:
    """Asks for a download with the smallest receive buffer."""
    peer.connect(receive_buffer=1)
    peer.push(b"get\n")
    for _ in range(50):
        peer.take(64)
        yield PAUSE


READERS = (pipelines_and_never_reads, takes_all_it_can, reads_slowly, offers_a_tiny_window)
