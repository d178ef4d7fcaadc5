"""What the echo servers share: how they listen, what they say when they can serve, and one client of a loop."""

import contextlib
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from labs.programs.arguments import add_address, at_least, options_of
from labs.programs.events import emit, open_descriptors, soft_nofile

# What is read at once. Nothing more is read from a client before it has taken all of it back, so this bounds what the
# server keeps of each.
CHUNK = 16 * 1024
# Any time will do, as `listen` says.
A_DAY = 24 * 3600.0


def listen(description: str | None, arguments: Sequence[str] | None) -> socket.socket:
    """A listener at the address that the command line names; each client's socket has its TCP_NODELAY from it.

    It has a timeout because CPython then asks poll for a client before it calls accept. Without one, Linux would take
    a descriptor first and then wait: the last free one being used, accept would fail with nobody there.
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
    """Says that clients are served from now on, and what is open before the first."""
    emit(
        "ready",
        port=listener.getsockname()[1],
        platform=sys.platform,
        python=sys.version.split()[0],
        pid=os.getpid(),
        descriptors=open_descriptors(),
        rings=rings(),
        nofile=soft_nofile(),
    )


def rings() -> int:
    """How many io_uring rings this process has: libuv opens one where the kernel, and the container, let it."""
    folder = Path("/proc/self/fd")
    found = folder.iterdir() if folder.is_dir() else ()
    return sum(one.is_symlink() and str(one.readlink()) == "anon_inode:[io_uring]" for one in found)


def echo(sock: socket.socket) -> None:
    """Serves one client for as long as it sends, waiting for it alone; one that is gone ends only this."""
    with sock, contextlib.suppress(OSError):
        while data := sock.recv(CHUNK):
            sock.sendall(data)


class Client:
    """One client of a loop, which waits either until it sends or until it takes what is `unsent`, never for both."""

    def __init__(self, listener: socket.socket) -> None:
        """Accepts it: a loop calls this only when one is there."""
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
