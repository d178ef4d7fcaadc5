"""A load generator: the same load for several echo servers in turn, to compare their throughput and their cost.

python -m labs.programs.clients.load_generator --server epoll=127.0.0.1:8001 --server fork=127.0.0.1:8002
"""

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping

from labs.programs.arguments import at_least, options_of
from labs.programs.clients.connecting import Address, addresses_of
from labs.programs.clients.load_client import IN_A_ROUND, ROUNDS, ask_together, come, connect
from labs.programs.events import checkpoint, emit

# How often each part is repeated. The best counts: a machine's other work makes no server faster or cheaper.
PARTS = 3
REQUESTS = 2000  # of all connected clients together, in a part
PACED_ROUNDS, PACED_SECONDS = 6, 0.1  # for clients that come at a constant rate
REST = 0.2  # seconds without load


def latencies(address: Address, rate: int) -> Iterator[int]:
    """Microseconds from when each client should have come, `rate` a second, to its answer.

    From when it came would be too little: a slow server delays the clients after, and that is waiting too.
    """
    begun = time.perf_counter()
    for number in range(int(rate * PACED_SECONDS)):
        due = begun + number / rate
        if (early := due - time.perf_counter()) > 0:
            time.sleep(early)
        connect(address).close()
        yield round(1e6 * (time.perf_counter() - due))


def compare(servers: Mapping[str, Address], clients: int, rate: int) -> None:
    """Loads one server at a time; the lab looks at all of them between the parts."""
    best, worst = dict.fromkeys(servers, 0.0), dict.fromkeys(servers, float("inf"))
    come(servers, best, dict(worst))
    checkpoint("begins", moment="came 0 times")
    for part in range(1, PARTS + 1):
        come(servers, best, worst)
        checkpoint("came", moment=f"came {part} times", connections={name: round(one) for name, one in best.items()})
    for _ in range(PACED_ROUNDS):
        for name, address in servers.items():
            emit("paced", server=name, latencies=list(latencies(address, rate)))
    come(servers, dict(best), worst)  # the machine may have become busy meanwhile
    emit("kept", connections={name: round(one) for name, one in worst.items()})
    checkpoint("empty")
    with contextlib.ExitStack() as stack:
        held = {name: [stack.enter_context(connect(one)) for _ in range(clients)] for name, one in servers.items()}
        checkpoint("holds", moment="asked 0 times")
        for part in range(1, PARTS + 1):
            ask_together(held, REQUESTS // clients)
            checkpoint("asked", moment=f"asked {part} times")
        time.sleep(REST)  # a client has its answer before its server is asleep again
        checkpoint("rests")
        time.sleep(REST)
        checkpoint("rested")
    emit("compared", parts=PARTS, connections=ROUNDS * IN_A_ROUND, requests=REQUESTS // clients * clients)


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument(
        "--server", action="append", required=True, metavar="NAME=HOST:PORT", help="a server; repeatable"
    )
    parser.add_argument("--clients", type=at_least(1), default=50, help="clients connected at the same time")
    parser.add_argument("--rate", type=at_least(1), default=2000, help="clients that come in a second")
    options = parser.parse_args()

    servers = addresses_of(options.server)
    checkpoint("ready", platform=sys.platform)
    compare(servers, options.clients, options.rate)


if __name__ == "__main__":
    main()
