"""Support for clients: where the servers are, and connections to them."""

import argparse
import socket
import struct
import sys
from collections.abc import Iterable

from labs.programs.arguments import at_least

Address = tuple[str, int]
# SO_LINGER with no time to linger: close() resets the connection.
RESET = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)


def add_server(parser: argparse.ArgumentParser, what: str = "the server") -> None:
    """Adds --to and --port, the address of `what`."""
    parser.add_argument("--to", default="127.0.0.1", metavar="HOST", help=what)
    parser.add_argument("--port", type=at_least(1), default=8001, help="its port")


def addresses_of(servers: Iterable[str]) -> dict[str, Address]:
    """The addresses by their names, from NAME=HOST:PORT. Each host is looked up once."""
    addresses = {}
    for server in servers:
        name, _, address = server.partition("=")
        host, _, port = address.rpartition(":")
        addresses[name] = (socket.gethostbyname(host), int(port))
    return addresses


def connect(address: Address, timeout: float, room: int = 0) -> socket.socket:
    """A connection that sends small messages at once.

    `room` is its receive buffer in bytes. It is set before connecting, as it decides the window that is offered.
    """
    sock = socket.socket()
    if room:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    sock.settimeout(timeout)
    try:
        sock.connect(address)
    except OSError:
        sock.close()
        raise
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
