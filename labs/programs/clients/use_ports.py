"""Makes one connection after another to each server, in a way of its name, until the kernel has no port left.

python -m labs.programs.clients.use_ports --connections 50 held=127.0.0.1:8001
"""

import socket
import sys
from collections.abc import Callable, Sequence

from labs.programs.arguments import at_least, options_of
from labs.programs.clients.connecting import Address, addresses_of
from labs.programs.events import checkpoint, emit

held: list[socket.socket] = []


def close_first(sock: socket.socket) -> None:
    sock.shutdown(socket.SHUT_WR)
    sock.recv(1)  # nothing: the server has closed too
    sock.close()


def close_last(sock: socket.socket) -> None:
    sock.sendall(b"b")  # the server closes now
    sock.recv(1)
    sock.close()


WAYS: dict[str, Callable[[socket.socket], None]] = {
    "held": held.append,
    "client-first": close_first,
    "server-first": close_last,
}


def use(way: str, address: Address, connections: int) -> tuple[int, str | None]:
    """How many connections were made, and the error that the next one met."""
    for number in range(connections):
        sock = socket.socket()
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            return number, str(error)
        sock.recv(1)  # the server has accepted
        WAYS[way](sock)
    return connections, None


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options_of(__doc__)
    parser.add_argument("servers", nargs="+", metavar="WAY=HOST:PORT", help=f"where they listen; {', '.join(WAYS)}")
    parser.add_argument("--connections", type=at_least(1), default=50, help="connections to each server")
    options = parser.parse_args(arguments)
    emit("ready", platform=sys.platform)
    for way, address in addresses_of(options.servers).items():
        made, error = use(way, address, options.connections)
        emit("used", way=way, made=made, error=error)
    checkpoint("exhausted")
    for sock in held:
        close_first(sock)


if __name__ == "__main__":
    main()
