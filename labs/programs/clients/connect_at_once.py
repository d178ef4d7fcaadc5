"""Begins many connections to each server at the same time, and says when each was made, and with how many retries.

python -m labs.programs.clients.connect_at_once --clients 12 late=127.0.0.1:8001
"""

import selectors
import socket
import sys
import time
from collections.abc import Iterator, Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.clients.connecting import Address, addresses_of
from labs.programs.events import checkpoint, emit

# linux/tcp.h, struct tcp_info: tcpi_total_retrans is the 25th of its 32-bit words, behind two words of flags.
WORDS, TOTAL_RETRANS = 26, 25


def retries(sock: socket.socket) -> int:
    """How many segments the kernel has sent again on this connection; nothing was sent yet but its first, the SYN."""
    information = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 4 * WORDS)
    return int.from_bytes(information[4 * TOTAL_RETRANS :], sys.byteorder)


def begin(address: Address) -> socket.socket:
    """A connection that is under way."""
    sock = socket.socket()
    sock.setblocking(False)
    sock.connect_ex(address)
    return sock


def made(selector: selectors.BaseSelector, begun: float, patience: float) -> Iterator[tuple[str, float, int]]:
    """(server, seconds since `begun`, retries) of each connection that is made within `patience` seconds.

    It always takes that long: a server may accept long after the kernel has made the last connection.
    """
    while (left := begun + patience - time.monotonic()) > 0:
        for key, _ in selector.select(left):
            selector.unregister(key.fileobj)
            assert isinstance(key.fileobj, socket.socket)
            yield key.data, round(time.monotonic() - begun, 4), retries(key.fileobj)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options_of(__doc__)
    parser.add_argument("servers", nargs="+", metavar="NAME=HOST:PORT", help="where they listen")
    parser.add_argument("--clients", type=at_least(1), default=12, help="connections to each server")
    parser.add_argument("--patience", type=seconds, default=3.5, help="seconds in which a connection may be made")
    options = parser.parse_args(arguments)
    servers = addresses_of(options.servers)
    emit("ready", platform=sys.platform)
    with selectors.DefaultSelector() as selector:
        begun = time.monotonic()
        for name, address in servers.items():
            for _ in range(options.clients):
                selector.register(begin(address), selectors.EVENT_WRITE, name)
        emit("begun", within=round(time.monotonic() - begun, 4))
        found = list(made(selector, begun, options.patience))
        checkpoint("settled", connections={name: [one[1:] for one in found if one[0] == name] for name in servers})


if __name__ == "__main__":
    main()
