"""Support for clients.tutorial_bugs: a server of songs, and the comparison of its answer with the right one."""

import socket
from dataclasses import dataclass, field

from labs.programs.clients.connecting import connect
from labs.programs.songs import SONGS

PATIENCE = 5.0  # seconds for one answer of a correct server; a wrong one costs as many for each mistake


@dataclass(frozen=True)
class Server:
    """`end` is what it sends after a size; after `silence` seconds without an answer none is expected.

    `first` is how many seconds the first part of a request is left alone. A server that takes it for a whole request
    answers within them.
    """

    address: tuple[str, int]
    end: bytes
    silence: float
    piece: int
    first: float = 1.0
    held: list[socket.socket] = field(default_factory=list)

    def connect(self, room: int = 0) -> socket.socket:
        sock = connect(self.address, PATIENCE, room)
        sock.settimeout(self.silence)
        return sock

    def answer(self, song: str) -> bytes:
        """The right answer to `get`."""
        return b"%d" % len(SONGS[song]) + self.end + SONGS[song]


def compare(sock: socket.socket, wanted: bytes) -> str:
    came = bytearray()
    try:
        while len(came) < len(wanted):
            part = sock.recv(len(wanted) - len(came))
            if not part:
                return "closed"
            came += part
    except TimeoutError:
        return "cut short" if came else "no answer"
    except ConnectionError:
        return "closed"
    return "served" if came == wanted else "other bytes"
