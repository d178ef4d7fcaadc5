"""Support for echo_*.py: how they listen, the event `ready`, and one client of a loop."""

import contextlib
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from labs.programs import events
from labs.programs.arguments import add_address, at_least, options_of

# Bytes that are read at once. A client is read again when it has taken them all back, so no more is kept for it.
CHUNK = 16 * 1024
A_DAY = 24 * 3600.0


def listen(description: str | None, arguments: Sequence[str] | None = None) -> socket.socket:
    """A listener at the address of the command line; accepted sockets inherit its TCP_NODELAY.

    It has a timeout, however long: CPython then asks poll for a client before it calls accept. Without one, Linux takes
    a descriptor first and then waits, so that accept fails with the last descriptor in use and no client there.
    """
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--backlog", type=at_least(0), default=1024, help="connections that may wait to be accepted")
    options = parser.parse_args(arguments)
    listener = socket.create_server((options.host, options.port), backlog=options.backlog)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.settimeout(A_DAY)
    return listener


def announce(listener: socket.socket) -> None:
    """Emits `ready`, with the descriptors that are open before the first client."""
    events.announce(listener, python=sys.version.split()[0], pid=os.getpid(), rings=rings())


def rings() -> int:
    """How many io_uring rings this process has: libuv opens one where the kernel and the container allow it."""
    folder = Path("/proc/self/fd")
    found = folder.iterdir() if folder.is_dir() else ()
    return sum(one.is_symlink() and str(one.readlink()) == "anon_inode:[io_uring]" for one in found)


def echo(sock: socket.socket) -> None:
    """Serves one client and waits for it alone; a client that is gone ends this call only."""
    with sock, contextlib.suppress(OSError):
        while data := sock.recv(CHUNK):
            sock.sendall(data)


class Client:
    """One client of a loop, which waits until it sends or, with bytes `unsent`, until it takes them; never for both."""

    def __init__(self, listener: socket.socket) -> None:
        self.sock, _ = listener.accept()
        self.sock.setblocking(False)
        self.unsent = b""

    def step(self) -> bool:
        """Reads or writes what is possible now; returns whether the client is still there."""
        try:
            if not self.unsent:
                self.unsent = self.sock.recv(CHUNK)
                if not self.unsent:
                    return False
            self.unsent = self.unsent[self.sock.send(self.unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True
