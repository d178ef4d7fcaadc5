"""Sends requests at a constant rate, one outstanding, while another connection has the server work for a while.

python -m labs.programs.clients.paced --to 127.0.0.1 --port 8001 --rate 200 --duration 1.2 --stall 0.5

A request is meant to be sent at a time of its own. One that an earlier answer held up is sent late, as soon as it can
be: timed from when it was sent, it waited for nothing, and timed from when it should have been, it waited all the same.
"""

import socket
import sys
import threading
import time
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.events import checkpoint, emit

PING, WORK = b"P", b"W"
EACH_EVENT = 500  # requests that one event tells of: a line has room for 64 KiB


def connect(host: str, port: int, timeout: float) -> socket.socket:
    """A connection whose small requests leave at once."""
    sock = socket.create_connection((host, port), timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def ask(sock: socket.socket) -> None:
    """One request and its answer; raises ConnectionAbortedError when there is none."""
    sock.sendall(PING)
    if sock.recv(1) != PING:
        raise ConnectionAbortedError("the server gave no answer")


class Work(threading.Thread):
    """Asks for the work when it is started, and waits for its answer, while others ask for what is their own."""

    def __init__(self, sock: socket.socket) -> None:
        """Nothing is asked for yet."""
        super().__init__()
        self.sock, self.answer, self.seconds = sock, b"", 0.0

    def run(self) -> None:
        """Times the answer; raises OSError when the server resets the connection."""
        begun = time.monotonic()
        self.sock.sendall(WORK)
        self.answer = self.sock.recv(1)
        self.seconds = time.monotonic() - begun


def pace(asking: socket.socket, work: Work, rate: int, count: int, at: int, begun: int) -> list[tuple[int, int, int]]:
    """(intended, sent, answered) of each request in microseconds from `begun`; before number `at`, work is asked."""
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Raises OSError when the server does not answer."""
    parser = options_of(__doc__)
    parser.add_argument("--to", default="127.0.0.1", metavar="HOST", help="the server")
    parser.add_argument("--port", type=at_least(1), default=8001, help="its port")
    parser.add_argument("--rate", type=at_least(1), default=200, help="requests a second")
    parser.add_argument("--duration", type=seconds, default=1.2, help="seconds for which to send them")
    parser.add_argument("--stall", type=seconds, default=0.5, help="seconds of the server's work: only for patience")
    options = parser.parse_args(arguments)

    patience = 30 + 10 * options.stall
    with connect(options.to, options.port, patience) as asking, connect(options.to, options.port, patience) as working:
        ask(asking)
        checkpoint("connected", platform=sys.platform)
        count = round(options.rate * options.duration)
        at = count // 5
        begun, work = time.monotonic_ns(), Work(working)
        requests = pace(asking, work, options.rate, count, at, begun)
        work.join()
        if work.answer != WORK:
            raise ConnectionAbortedError("the server did not do the work")
        checkpoint("finished", begun=begun / 1e9, worked=round(work.seconds, 6))
        for first in range(0, count, EACH_EVENT):
            emit("requests", requests=requests[first : first + EACH_EVENT])


if __name__ == "__main__":
    main()
