"""Support for gateway_asyncio: the options, the event `ready`, and one request to the backend."""

import argparse
import asyncio
import socket
from collections.abc import Sequence

from labs.programs import events
from labs.programs.arguments import add_address, at_least, options_of


class PartFailed(Exception):
    """The backend closed the connection without an answer."""


def parse(description: str | None, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options; `backend` is an address and a port. The name is looked up once: asyncio needs a thread for that."""
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--backend", default="127.0.0.1:8002", metavar="HOST:PORT", help="where the parts come from")
    parser.add_argument("--parts", type=at_least(1), default=3, help="parts of each answer")
    options = parser.parse_args(arguments)
    host, _, port = options.backend.rpartition(":")
    options.backend = socket.gethostbyname(host), int(port)
    return options


def announce(server: asyncio.Server) -> None:
    """Emits `ready`, with the descriptors that are open before the first client."""
    events.announce(server.sockets[0])


async def fetch(options: argparse.Namespace, number: int, part: int) -> str:
    """Asks the backend for one part, on a connection of its own, which is closed at the end, however that comes.

    Raises PartFailed.
    """
    reader, writer = await asyncio.open_connection(*options.backend)
    try:
        writer.write(b"part %d %d\n" % (number, part))
        line = await reader.readline()
    except ConnectionError as error:
        raise PartFailed(part) from error
    finally:
        writer.close()
    if not line:
        raise PartFailed(part)
    return line.decode().strip()
