"""Sends requests at a constant rate, one at a time, while a request on another connection makes the server work.

python -m labs.programs.clients.constant_rate --to 127.0.0.1 --port 8001 --rate 200 --duration 1.2 --stall 0.5

Each request has a time at which it should be sent. If the answer before it is late, it is sent late. Timed from when it
was sent, it seems fast; timed from when it should have been sent, the wait shows.
"""

import socket
import sys
import time

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.clients.connecting import add_server, connect
from labs.programs.clients.watched_work import WORK, Work
from labs.programs.events import checkpoint, emit

PING = b"P"
EACH_EVENT = 500  # requests in one event: a line has room for 64 KiB


def ask(sock: socket.socket) -> None:
    sock.sendall(PING)
    if sock.recv(1) != PING:
        raise ConnectionAbortedError("the server gave no answer")


def pace(asking: socket.socket, work: Work, rate: int, count: int, at: int, begun: int) -> list[tuple[int, int, int]]:
    """(intended, sent, answered) of each request in microseconds from `begun`; the work starts before request `at`."""
    requests = []
    for number in range(count):
        intended = begun + number * 1_000_000_000 // rate
        time.sleep(max(0, intended - time.monotonic_ns()) / 1e9)
        if number == at:
            work.start()
        sent = time.monotonic_ns()
        ask(asking)
        requests.append((intended, sent, time.monotonic_ns()))
    return [tuple((moment - begun) // 1000 for moment in one) for one in requests]  # type: ignore[misc]


def main() -> None:
    parser = options_of(__doc__)
    add_server(parser)
    parser.add_argument("--rate", type=at_least(1), default=200, help="requests a second")
    parser.add_argument("--duration", type=seconds, default=1.2, help="seconds for which to send them")
    parser.add_argument("--stall", type=seconds, default=0.5, help="seconds of the server's work")
    options = parser.parse_args()

    address, patience = (options.to, options.port), 30 + 10 * options.stall
    with connect(address, patience) as asking, connect(address, patience) as working:
        ask(asking)
        checkpoint("connected", platform=sys.platform)
        count = round(options.rate * options.duration)
        begun, work = time.monotonic_ns(), Work(working, options.stall)
        requests = pace(asking, work, options.rate, count, count // 5, begun)
        work.join()
        if work.answer != WORK:
            raise ConnectionAbortedError("the server did not do the work")
        checkpoint("finished", begun=begun / 1e9, worked=round(work.seconds, 6), **work.look())
        for first in range(0, count, EACH_EVENT):
            emit("requests", requests=requests[first : first + EACH_EVENT])


if __name__ == "__main__":
    main()
