"""Clients that come to each server one after another: each sends a byte, gets it back, and closes.

python -m labs.programs.clients.come_and_go --clients 100 leaking=127.0.0.1:8001
"""

import sys
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.clients.connecting import Address, addresses_of, connect
from labs.programs.events import checkpoint, emit


def come_and_go(address: Address, clients: int, patience: float) -> tuple[int, str | None]:
    """How many clients got their byte back, and why the next one did not."""
    for served in range(clients):
        try:
            with connect(address, patience) as sock:
                sock.sendall(b"?")
                if not sock.recv(1):
                    return served, "the server closed the connection"
        except OSError as error:
            return served, type(error).__name__
    return clients, None


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options_of(__doc__)
    parser.add_argument("servers", nargs="+", metavar="NAME=HOST:PORT", help="where they listen")
    parser.add_argument("--clients", type=at_least(1), default=100, help="clients of each server")
    parser.add_argument("--patience", type=seconds, default=30, help="seconds to wait for an answer")
    options = parser.parse_args(arguments)
    emit("ready", platform=sys.platform)
    for name, address in addresses_of(options.servers).items():
        served, error = come_and_go(address, options.clients, options.patience)
        emit("served", server=name, served=served, error=error)
    checkpoint("gone")


if __name__ == "__main__":
    main()
