"""More clients than a server has descriptors for, at each of several servers; all of them stay.

python -m labs.programs.clients.crowd --clients 100 naive=127.0.0.1:8001 reserve=127.0.0.1:8002
"""

import json
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.events import checkpoint, emit

GREETING = b"+"
# Seconds without a greeting or an end after which none is expected any more.
QUIET = 1.0
PATIENCE = 30.0


class Client:
    """One client of one server: `waiting` until it is `served` or `shed`."""

    def __init__(self, server: str, address: str) -> None:
        """Connects, which needs no accept: the kernel does it."""
        host, _, port = address.rpartition(":")
        self.server, self.fate = server, "waiting"
        self.socket = socket.create_connection((host, int(port)), PATIENCE)

    def hear(self) -> None:
        """Its fate, by what came: the greeting, or the end."""
        try:
            self.fate = "served" if self.socket.recv(1) == GREETING else "shed"
        except ConnectionError:
            self.fate = "shed"

    def counts(self) -> dict[str, int]:
        """What the server counted."""
        self.socket.sendall(b"?")
        with self.socket.makefile("r", encoding="ascii") as stream:
            counts: dict[str, int] = json.loads(stream.readline())
        return counts


def settle(clients: Sequence[Client]) -> None:
    """Hears of every client's fate, until nothing happens any more."""
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, selectors.EVENT_READ, client)
        while selector.get_map() and (events := selector.select(QUIET)):
            for key, _ in events:
                key.data.hear()
                selector.unregister(key.fileobj)


def fates(clients: Sequence[Client]) -> dict[str, dict[str, int]]:
    """How many clients of each server had which fate."""
    found: dict[str, Counter[str]] = {client.server: Counter(served=0, shed=0, waiting=0) for client in clients}
    for client in clients:
        found[client.server][client.fate] += 1
    return {server: dict(counter) for server, counter in found.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Raises OSError when a server is not there or does not answer."""
    parser = options_of(__doc__)
    parser.add_argument("servers", nargs="+", metavar="NAME=HOST:PORT", help="where the servers are")
    parser.add_argument("--clients", type=at_least(1), default=100, help="clients of each server")
    parser.add_argument("--hold", type=seconds, default=2.0, help="seconds for which all stay")
    options = parser.parse_args(arguments)

    emit("ready", platform=sys.platform)
    addresses = dict(server.split("=", 1) for server in options.servers)
    clients = [Client(server, address) for server, address in addresses.items() for _ in range(options.clients)]
    settle(clients)
    checkpoint("settled")
    time.sleep(options.hold)
    checkpoint("held", fates=fates(clients))
    first = {client.server: client for client in reversed(clients) if client.fate == "served"}
    emit("finished", fates=fates(clients), counts={server: client.counts() for server, client in first.items()})


if __name__ == "__main__":
    main()
