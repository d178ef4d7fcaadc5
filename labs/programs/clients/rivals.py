"""The same load for several echo servers, one after the other: what each makes of it, and what it costs.

python -m labs.programs.clients.rivals --server epoll=127.0.0.1:8001 --server fork=127.0.0.1:8002
"""

import contextlib
import socket
import sys
import time
from collections.abc import Iterator, Sequence

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit

# Whoever connects asks once. The best of several rounds counts: what else the machine does makes none of them faster.
ROUNDS, IN_A_ROUND = 15, 10
# Requests, one after the other, in which the server's processor time is counted.
BURST = 3000
MESSAGE = b"?" * 64
TIMEOUT = 30
SECONDS = 0.4


def connected(address: tuple[str, int]) -> socket.socket:
    """A client that was admitted."""
    sock = socket.create_connection(address, TIMEOUT)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ask(sock)
    return sock


def ask(sock: socket.socket) -> None:
    """One request, and its answer; raises OSError."""
    sock.sendall(MESSAGE)
    left = len(MESSAGE)
    while left:
        part = sock.recv(left)
        if not part:
            raise ConnectionResetError("the server closed the connection")
        left -= len(part)


def connections_a_second(address: tuple[str, int]) -> float:
    """Of clients that come one after the other, each when the one before has its answer and has gone."""
    best = 0.0
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(IN_A_ROUND):
            connected(address).close()
        best = max(best, IN_A_ROUND / (time.perf_counter() - begun))
    return best


def latencies(socks: Sequence[socket.socket], rate: int) -> Iterator[int]:
    """Microseconds from when each request should have been sent, `rate` a second, to its answer.

    Not from when it was sent: a server that stalls holds back those that come next, and they wait too.
    """
    begun = time.perf_counter()
    for number in range(int(rate * SECONDS)):
        due = begun + number / rate
        if (early := due - time.perf_counter()) > 0:
            time.sleep(early)
        ask(socks[number % len(socks)])
        yield round(1e6 * (time.perf_counter() - due))


def load(name: str, address: tuple[str, int], clients: int, rate: int) -> None:
    """All that is asked of one server; the lab looks at it before, with all clients connected, and afterwards."""
    connected(address).close()
    checkpoint("begins", moment=f"{name} begins")
    each_second = connections_a_second(address)
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(connected(address)) for _ in range(clients)]
        checkpoint("holds", moment=f"{name} holds")
        for _ in range(BURST):
            ask(socks[0])
        checkpoint("answered", moment=f"{name} answered")
        late = list(latencies(socks, rate))
    emit("measured", server=name, connections=round(each_second), requests=BURST, latencies=late)


def main(arguments: Sequence[str] | None = None) -> None:
    """One server after the other; the others have nothing to do meanwhile."""
    parser = options_of(__doc__)
    parser.add_argument("--server", action="append", required=True, metavar="NAME=HOST:PORT", help="one of them")
    parser.add_argument("--clients", type=at_least(1), default=50, help="clients connected at the same time")
    parser.add_argument("--rate", type=at_least(1), default=400, help="requests a second when latencies are measured")
    options = parser.parse_args(arguments)

    servers = {}
    for server in options.server:
        name, _, address = server.partition("=")
        host, _, port = address.rpartition(":")
        servers[name] = (socket.gethostbyname(host), int(port))
    checkpoint("ready", platform=sys.platform)
    for name, address in servers.items():
        load(name, address, options.clients, options.rate)
    emit("finished")


if __name__ == "__main__":
    main()
