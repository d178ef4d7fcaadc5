"""The same load for several echo servers, one after the other: what each makes of it, and what it costs.

python -m labs.programs.clients.rivals --server epoll=127.0.0.1:8001 --server fork=127.0.0.1:8002
"""

import contextlib
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit

# Each part is done so often, and the best counts: what else a machine does makes nobody faster or cheaper.
PARTS = 3
# In a part, who comes and goes: rounds in which the servers have their turns.
ROUNDS, IN_A_ROUND = 10, 5
# How many requests all that are connected send together in a part.
REQUESTS = 2000
# Who comes at a constant rate: for so many seconds, in so many rounds.
PACED_ROUNDS, PACED_SECONDS = 6, 0.1
# Seconds in which nobody does anything.
REST = 0.2
MESSAGE = b"?" * 64
TIMEOUT = 30
Address = tuple[str, int]


def connected(address: Address) -> socket.socket:
    """A client that was admitted."""
    sock = socket.create_connection(address, TIMEOUT)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ask(sock)
    return sock


def ask(sock: socket.socket) -> None:
    """One request, and its answer; raises OSError."""
    sock.sendall(MESSAGE)
    answer(sock)


def answer(sock: socket.socket) -> None:
    """The answer."""
    left = len(MESSAGE)
    while left:
        part = sock.recv(left)
        if not part:
            raise ConnectionResetError("the server closed the connection")
        left -= len(part)


def come(servers: Mapping[str, Address], best: dict[str, float]) -> None:
    """Clients come one after the other, each when the one before has left; `best` are the most a second."""
    for _ in range(ROUNDS):
        for name, address in servers.items():
            begun = time.perf_counter()
            for _ in range(IN_A_ROUND):
                connected(address).close()
            best[name] = max(best[name], IN_A_ROUND / (time.perf_counter() - begun))


def latencies(address: Address, rate: int) -> Iterator[int]:
    """Microseconds from when each client should have come, `rate` a second, to its answer.

    Not from when it came: a server that is slow holds back those that come next, and they wait too.
    """
    begun = time.perf_counter()
    for number in range(int(rate * PACED_SECONDS)):
        due = begun + number / rate
        if (early := due - time.perf_counter()) > 0:
            time.sleep(early)
        connected(address).close()
        yield round(1e6 * (time.perf_counter() - due))


def ask_together(held: Mapping[str, Sequence[socket.socket]], rounds: int) -> None:
    """In each round all clients of a server send, and then wait for their answers."""
    for _ in range(rounds):
        for socks in held.values():
            for sock in socks:
                sock.sendall(MESSAGE)
            for sock in socks:
                answer(sock)


def compare(servers: Mapping[str, Address], clients: int, rate: int) -> None:
    """The same for all of them, of whom one at a time has something to do; the lab looks at them between the parts."""
    best = dict.fromkeys(servers, 0.0)
    come(servers, best)
    checkpoint("begins", moment="came 0 times")
    for part in range(1, PARTS + 1):
        come(servers, best)
        checkpoint("came", moment=f"came {part} times", connections={name: round(one) for name, one in best.items()})
    for _ in range(PACED_ROUNDS):
        for name, address in servers.items():
            emit("paced", server=name, latencies=list(latencies(address, rate)))
    checkpoint("empty")
    with contextlib.ExitStack() as stack:
        held = {name: [stack.enter_context(connected(one)) for _ in range(clients)] for name, one in servers.items()}
        checkpoint("holds", moment="asked 0 times")
        for part in range(1, PARTS + 1):
            ask_together(held, REQUESTS // clients)
            checkpoint("asked", moment=f"asked {part} times")
        time.sleep(REST)  # whoever was answered hears of it before his server has gone back to sleep
        checkpoint("rests")
        time.sleep(REST)
        checkpoint("rested")
    emit("compared", parts=PARTS, connections=ROUNDS * IN_A_ROUND, requests=REQUESTS // clients * clients)


def main(arguments: Sequence[str] | None = None) -> None:
    """One server after the other; the others have nothing to do meanwhile."""
    parser = options_of(__doc__)
    parser.add_argument("--server", action="append", required=True, metavar="NAME=HOST:PORT", help="one of them")
    parser.add_argument("--clients", type=at_least(1), default=50, help="clients connected at the same time")
    parser.add_argument("--rate", type=at_least(1), default=2000, help="clients that come each second")
    options = parser.parse_args(arguments)

    servers = {}
    for server in options.server:
        name, _, address = server.partition("=")
        host, _, port = address.rpartition(":")
        servers[name] = (socket.gethostbyname(host), int(port))
    checkpoint("ready", platform=sys.platform)
    compare(servers, options.clients, options.rate)


if __name__ == "__main__":
    main()
