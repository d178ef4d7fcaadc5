"""Support for clients.tutorial_bugs: what TCP allows a client to do, one function each.

Each returns `served`, or in a few words what happened instead.
"""

import contextlib
import hashlib
import socket
import time
from collections.abc import Callable, Sequence

from labs.programs.clients.connecting import RESET
from labs.programs.clients.tutorial_peer import PATIENCE, Server, compare
from labs.programs.events import emit
from labs.programs.songs import SONGS

BODY = b"hello"
LITTLE_ROOM = 16 * 1024


def request_in_pieces(server: Server) -> str:
    """A request in segments of a few bytes."""
    with server.connect() as sock:
        request = b"get lyrics\n"
        for begin in range(0, len(request), server.piece):
            with contextlib.suppress(OSError):
                sock.sendall(request[begin : begin + server.piece])
                # The server must read the first before the second comes, or it sees them as one.
                sock.settimeout(server.first if begin == 0 else 0.01)
                sock.recv(1, socket.MSG_PEEK)
        sock.settimeout(server.silence)
        return compare(sock, server.answer("lyrics"))


def request_with_its_body(server: Server) -> str:
    with server.connect() as sock:
        sock.sendall(b"put %d\n" % len(BODY) + BODY)
        return compare(sock, hashlib.sha256(BODY).hexdigest().encode() + server.end)


def two_requests_together(server: Server) -> str:
    with server.connect() as sock:
        sock.sendall(b"get lyrics\nget lyrics\n")
        return compare(sock, 2 * server.answer("lyrics"))


def slow_reader(server: Server) -> str:
    """Begins to read when the server can send no more, and has answered another client."""
    with server.connect(LITTLE_ROOM) as sock, server.connect() as other:
        sock.sendall(b"get line\n")
        time.sleep(0.5)
        if (answered := _get_lyrics(server, other)) != "served":
            return f"another client: {answered}"
        return compare(sock, server.answer("line"))


def size_before_words(server: Server) -> str:
    return _read_size(server, "lyrics")


def size_before_digits(server: Server) -> str:
    return _read_size(server, "digits")


def _read_size(server: Server, song: str) -> str:
    """Waits for the body too, then reads the size as the server's own clients do: a line, or what one recv returns."""
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


def _get_lyrics(server: Server, sock: socket.socket) -> str:
    sock.sendall(b"get lyrics\n")
    return compare(sock, server.answer("lyrics"))


def half_close(server: Server) -> str:
    """Ends its sending half and waits for the server's end; the connection is held."""
    sock = server.connect()
    server.held.append(sock)
    came = _get_lyrics(server, sock)
    sock.shutdown(socket.SHUT_WR)
    try:
        return came if sock.recv(1) == b"" else "other bytes"
    except TimeoutError:
        return "never ended"


def reset(server: Server) -> str:
    """Resets a connection and then asks on another one."""
    try:
        with server.connect() as sock:
            _get_lyrics(server, sock)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        with server.connect() as sock:
            if _get_lyrics(server, sock) != "served":
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
