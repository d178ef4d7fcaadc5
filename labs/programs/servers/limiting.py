"""Support for echo_limits: the options, a listener whose buffers in the kernel are small, and one client."""

import argparse
import socket
import time
from collections.abc import Sequence

from labs.programs import events
from labs.programs.arguments import add_address, options_of, seconds, size

CHUNK = 16 * 1024  # bytes that are read at once
# What the kernel buffers of a client, each way; Linux doubles it. Accepted sockets inherit it from the listener.
KERNEL_BUFFER = 16 * 1024


def parse(description: str | None, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--bound", type=size, default=64 * 1024, help="bytes that may wait for a client to take them")
    parser.add_argument(
        "--idle", type=seconds, default=1.5, help="seconds after which a client without bytes is closed"
    )
    return parser.parse_args(arguments)


def listen(options: argparse.Namespace) -> socket.socket:
    listener = socket.create_server((options.host, options.port), backlog=1024)
    for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        listener.setsockopt(socket.SOL_SOCKET, buffer, KERNEL_BUFFER)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def announce(listener: socket.socket) -> None:
    """Emits `ready`, with the descriptors that are open before the first client."""
    events.announce(listener)


class Client:
    """One client: the bytes that it has not taken yet, and when bytes last moved, by time.monotonic()."""

    def __init__(self, listener: socket.socket) -> None:
        self.sock, _ = listener.accept()
        self.sock.setblocking(False)
        self.unsent, self.ended, self.active = b"", False, time.monotonic()

    def read(self) -> None:
        """Reads once. A client that sends no more has `ended`; it may still take bytes."""
        data = self.sock.recv(CHUNK)
        self.unsent += data
        self.ended, self.active = not data, time.monotonic()

    def write(self) -> None:
        """Sends as much as the kernel has room for, and keeps the rest."""
        if count := self.sock.send(self.unsent):
            self.unsent = self.unsent[count:]
            self.active = time.monotonic()
