"""A client that does what TCP allows, to a server with the tutorial's mistakes and to one without.

python -m labs.programs.clients.tutorial_bugs --wrong 127.0.0.1 --wrong-port 8001 --right 127.0.0.1 --right-port 8002
"""

import contextlib
import hashlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.events import checkpoint, emit
from labs.programs.songs import SONGS

BODY = b"hello"
LITTLE_ROOM = 16 * 1024
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER of no time: close resets
PATIENCE = 5.0


@dataclass(frozen=True)
class Server:
    """Where it is, what stands between a size and a body, and for how many seconds its silence is no answer."""

    address: tuple[str, int]
    end: bytes
    silence: float
    piece: int

    def connect(self, room: int = 0) -> socket.socket:
        """A connection; `room` is the most that its kernel takes while nobody reads."""
        sock = socket.socket()
        if room:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        sock.settimeout(PATIENCE)
        sock.connect(self.address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(self.silence)
        return sock

    def answer(self, song: str) -> bytes:
        """What it says to `get`."""
        return b"%d" % len(SONGS[song]) + self.end + SONGS[song]


def compared(sock: socket.socket, wanted: bytes) -> str:
    """`served`, or what came instead of what was wanted."""
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


def request_in_pieces(server: Server) -> str:
    """A segment for every few bytes of a request."""
    with server.connect() as sock:
        request = b"get lyrics\n"
        for begin in range(0, len(request), server.piece):
            with contextlib.suppress(OSError):
                sock.sendall(request[begin : begin + server.piece])
                # The first must be read before the second comes, or the server sees them as one.
                sock.settimeout(1.0 if begin == 0 else 0.01)
                sock.recv(1, socket.MSG_PEEK)
        sock.settimeout(server.silence)
        return compared(sock, server.answer("lyrics"))


def request_with_its_body(server: Server) -> str:
    """One segment with a request and all that belongs to it."""
    with server.connect() as sock:
        sock.sendall(b"put %d\n" % len(BODY) + BODY)
        return compared(sock, hashlib.sha256(BODY).hexdigest().encode() + server.end)


def two_requests_together(server: Server) -> str:
    """One segment with two requests."""
    with server.connect() as sock:
        sock.sendall(b"get lyrics\nget lyrics\n")
        return compared(sock, 2 * server.answer("lyrics"))


def slow_reader(server: Server) -> str:
    """A client that begins to read when the server can send no more."""
    with server.connect(LITTLE_ROOM) as sock:
        sock.sendall(b"get line\n")
        time.sleep(0.5)
        return compared(sock, server.answer("line"))


def size_before_words(server: Server) -> str:
    """The size, when the body has come as well."""
    return _size(server, "lyrics")


def size_before_digits(server: Server) -> str:
    """The size, when the body has come as well and begins with digits."""
    return _size(server, "digits")


def _size(server: Server, song: str) -> str:
    """Reads the size as the server's own clients do: to the end of its line or, without one, what one recv gives."""
    wanted = server.answer(song)
    with server.connect() as sock:
        sock.sendall(b"get %s\n" % song.encode())
        until = time.monotonic() + PATIENCE
        while len(sock.recv(1024, socket.MSG_PEEK)) < min(len(wanted), 1024) and time.monotonic() < until:
            time.sleep(0.01)
        try:
            size = int(sock.recv(1024).decode()) if not server.end else int(sock.makefile("rb").readline())
        except ValueError:
            return "ValueError"
        return "served" if size == len(SONGS[song]) else f"size {size}"


def half_close(server: Server, held: list[socket.socket]) -> str:
    """Ends its sending half, and waits for the server to end too; the connection is held."""
    sock = server.connect()
    held.append(sock)
    sock.sendall(b"get lyrics\n")
    came = compared(sock, server.answer("lyrics"))
    sock.shutdown(socket.SHUT_WR)
    try:
        return came if sock.recv(1) == b"" else "other bytes"
    except TimeoutError:
        return "never ended"


def reset(server: Server) -> str:
    """Resets a connection, and looks whether others are served."""
    try:
        with server.connect() as sock:
            sock.sendall(b"get lyrics\n")
            compared(sock, server.answer("lyrics"))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        with server.connect() as sock:
            sock.sendall(b"get lyrics\n")
            if compared(sock, server.answer("lyrics")) != "served":
                raise ConnectionResetError("the server closed the connection")
    except OSError as error:
        emit("refused", error=type(error).__name__, message=str(error))
        return "server gone"
    return "served"


TOGETHER: Sequence[Callable[[Server], str]] = (
    request_in_pieces,
    request_with_its_body,
    two_requests_together,
    size_before_words,
    size_before_digits,
    slow_reader,
)


def try_all(servers: dict[str, Server], probes: Sequence[Callable[[Server], str]]) -> bool:
    """Every probe on every server, all at the same time; returns whether all were served."""
    outcomes: list[str] = []

    def one(name: str, probe: Callable[[Server], str]) -> None:
        outcome = probe(servers[name])
        outcomes.append(outcome)
        emit("tried", server=name, what=probe.__name__.replace("_", " "), outcome=outcome)

    threads = [threading.Thread(target=one, args=(name, probe)) for name in servers for probe in probes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return set(outcomes) == {"served"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Tries everything, the worst at the end; returns 0 when all was served everywhere."""
    parser = options_of(__doc__)
    for name in ("wrong", "right"):
        parser.add_argument(f"--{name}", default="127.0.0.1", metavar="HOST", help=f"the server that is {name}")
        parser.add_argument(f"--{name}-port", type=at_least(1), default=8001, help="its port")
    parser.add_argument("--piece", type=at_least(1), default=1, help="bytes of each piece of a request")
    parser.add_argument("--idle", type=seconds, default=1.0, help="seconds in which nobody asks anything")
    options = parser.parse_args(arguments)

    servers = {
        "wrong": Server((socket.gethostbyname(options.wrong), options.wrong_port), b"", 2.0, options.piece),
        "right": Server((socket.gethostbyname(options.right), options.right_port), b"\n", PATIENCE, options.piece),
    }
    checkpoint("ready", platform=sys.platform)
    good = [try_all(servers, TOGETHER)]
    held: list[socket.socket] = []

    def half_closed(server: Server) -> str:
        return half_close(server, held)

    half_closed.__name__ = half_close.__name__
    good.append(try_all(servers, (half_closed,)))
    checkpoint("idle")
    time.sleep(options.idle)
    checkpoint("awake")
    good.append(try_all(servers, (reset,)))
    for sock in held:
        sock.close()
    emit("finished")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
