"""Support for clients.leaving: one request to the gateway, the options, and who of the clients does what."""

import argparse
import contextlib
import socket
import time

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.clients.connecting import RESET, Address, add_server, connect

PATIENCE = 30.0


class Client:
    """One request to the gateway."""

    def __init__(self, gateway: Address, number: int, seconds: float) -> None:
        self.number, self.begun = number, time.monotonic()
        self.sock = connect(gateway, PATIENCE)
        self.sock.sendall(b"%d %g\n" % (number, seconds))

    def leave(self) -> None:
        """Ends the connection, or resets it: every other client."""
        if self.number % 2:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.sock.close()

    def answer(self, within: float) -> str:
        """The answer; empty if none comes within so many seconds."""
        self.sock.settimeout(max(0.01, within))
        with contextlib.suppress(TimeoutError, ConnectionError), self.sock.makefile("rb") as lines:
            return lines.readline().decode().strip()
        return ""


def arguments(doc: str | None) -> argparse.Namespace:
    parser = options_of(doc)
    add_server(parser, "the gateway")
    parser.add_argument("--backend", default="127.0.0.1:8002", metavar="HOST:PORT", help="the backend")
    parser.add_argument("--parts", type=at_least(1), default=3, help="parts of each answer")
    parser.add_argument("--seed", type=int, default=1, help="seed of the parts' bytes")
    parser.add_argument("--clients", type=at_least(1), default=12, help="clients in no hurry")
    parser.add_argument("--leaving", type=at_least(1), default=4, help="those of them that leave")
    parser.add_argument("--failing", type=at_least(1), default=2, help="those of whose answer one part fails")
    parser.add_argument("--hasty", type=at_least(1), default=3, help="further clients that wait for `time` only")
    parser.add_argument("--time", type=seconds, default=1.0, help="seconds that these wait")
    return parser.parse_args()


def split(clients: list[Client], options: argparse.Namespace) -> tuple[list[Client], list[Client], list[Client]]:
    """Those that leave, those with a part that fails, and those that stay."""
    until = options.leaving + options.failing
    return clients[: options.leaving], clients[options.leaving : until], clients[until:]
