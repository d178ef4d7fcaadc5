"""More clients than a server has descriptors for, at each of several servers; all clients stay connected.

python -m labs.programs.clients.exhaust_descriptors --clients 100 naive=127.0.0.1:8001 reserve=127.0.0.1:8002
"""

import json
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.clients.connecting import Address, addresses_of
from labs.programs.events import checkpoint, emit

GREETING, PATIENCE = b"+", 30.0
QUIET = 1.0  # seconds without a greeting or an end after which none is expected


class Client:
    """A client is `waiting` until it gets the greeting (`served`) or the end of its connection (`shed`)."""

    def __init__(self, server: str, address: Address) -> None:
        self.server, self.fate = server, "shed"
        with suppress(ConnectionResetError):  # closed with a reset before this process knew that it was connected
            self.socket = socket.create_connection(address, PATIENCE)  # the kernel connects without accept()
            self.fate = "waiting"

    def hear(self) -> None:
        self.fate = "shed"
        with suppress(ConnectionError):
            self.fate = "served" if self.socket.recv(1) == GREETING else "shed"

    def counts(self) -> dict[str, int]:
        self.socket.sendall(b"?")
        with self.socket.makefile("r", encoding="ascii") as stream:
            return dict(json.loads(stream.readline()))


def settle(clients: Sequence[Client]) -> None:
    """Waits until nothing more happens to any client."""
    with selectors.DefaultSelector() as selector:
        for client in (one for one in clients if one.fate == "waiting"):
            selector.register(client.socket, selectors.EVENT_READ, client)
        while selector.get_map() and (events := selector.select(QUIET)):
            for key, _ in events:
                key.data.hear()
                selector.unregister(key.fileobj)


def fates(clients: Sequence[Client]) -> dict[str, dict[str, int]]:
    """For each server the number of clients with each fate."""
    counted: dict[str, Counter[str]] = {client.server: Counter(served=0, shed=0, waiting=0) for client in clients}
    for client in clients:
        counted[client.server][client.fate] += 1
    return {server: dict(counter) for server, counter in counted.items()}


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("servers", nargs="+", metavar="NAME=HOST:PORT", help="the servers")
    parser.add_argument("--clients", type=at_least(1), default=100, help="clients of each server")
    parser.add_argument("--hold", type=seconds, default=2.0, help="seconds for which all stay connected")
    options = parser.parse_args()
    emit("ready", platform=sys.platform)
    addresses = addresses_of(options.servers).items()
    clients = [Client(server, address) for server, address in addresses for _ in range(options.clients)]
    settle(clients)
    checkpoint("settled")
    time.sleep(options.hold)
    checkpoint("held", fates=fates(clients))
    first = {client.server: client for client in reversed(clients) if client.fate == "served"}
    emit("finished", fates=fates(clients), counts={server: client.counts() for server, client in first.items()})


if __name__ == "__main__":
    main()
