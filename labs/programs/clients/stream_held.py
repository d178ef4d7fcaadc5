"""Support for clients.stream_bugs: connections that are held while no client sends anything."""

import socket
import time
from collections.abc import Callable

from labs.programs.clients.stream_cases import SMALL, Peer, ask, compare, receive
from labs.programs.events import checkpoint, emit
from labs.programs.framing import GET, request

RIGHT = "right"
Begin = Callable[[Peer], socket.socket]
End = Callable[[Peer, socket.socket], str]


def half_closed(peer: Peer) -> socket.socket:
    """A connection that ended its sending half after a request that was answered."""
    sock = peer.connect()
    sock.sendall(request(GET, SMALL))
    sock.shutdown(socket.SHUT_WR)
    if compare(receive(sock, SMALL), peer.has(SMALL)) != "answered":
        raise ConnectionResetError("the server did not answer")
    return sock


def silent(peer: Peer) -> socket.socket:
    """A connection that sends nothing more after a request that was answered."""
    sock = peer.connect()
    ask(peer, sock)
    return sock


def is_closed(_: Peer, sock: socket.socket) -> str:
    """Whether the server has closed its half too."""
    sock.setblocking(False)
    try:
        return "answered" if sock.recv(1) == b"" else "other bytes"
    except BlockingIOError:
        return "kept open"


HELD: dict[str, tuple[str, Begin, End]] = {
    "empty-read": ("half closed", half_closed, is_closed),
    "write-interest": ("silent", silent, ask),
}


def hold(peers: dict[str, Peer], idle: float) -> None:
    """Holds connections for `idle` seconds in which no client sends anything."""
    held = [
        (case, name, begin(peers[name]), end)
        for wrong, (case, begin, end) in HELD.items()
        for name in (wrong, RIGHT)
        if wrong in peers
    ]
    checkpoint("idle")
    time.sleep(idle)
    checkpoint("awake")
    for case, name, sock, end in held:
        with sock:
            emit("tried", habit=case, server=name, outcome=end(peers[name], sock))
