"""What the programs of tasks share: one task of computing and waiting in turn, its spans, the options, the report.

They differ only in who goes on when a task waits.
"""

import argparse
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.computing import compute
from labs.programs.events import checkpoint, emit

WORK = b"W"  # what the peer answers after its latency
Steps = Iterator[socket.socket]
Begin = Callable[[], None]
RunAll = Callable[[Sequence["Task"], Begin], None]


class Task:
    """So many rounds of computing for a while, asking the peer, and waiting for its answer."""

    def __init__(self, number: int, options: argparse.Namespace) -> None:
        """Connects to the peer."""
        self.number, self.rounds, self.seconds = number, options.rounds, options.compute
        self.sock = socket.create_connection((options.to, options.port), 60)
        self.spans: list[tuple[str, float, float, float]] = []

    def steps(self) -> Steps:
        """Does the task up to each wait, and gives what it waits for; whoever goes on with it sees to the waiting."""
        for _ in range(self.rounds):
            begun, cpu = time.monotonic(), time.thread_time()
            compute(self.seconds)
            self.sock.sendall(WORK)
            asked = time.monotonic()
            self.spans.append(("computing", begun, asked, time.thread_time() - cpu))
            yield self.sock
            if self.sock.recv(1) != WORK:
                raise ConnectionAbortedError("the peer gave no answer")
            self.spans.append(("waiting", asked, time.monotonic(), 0.0))


def run(run_all: RunAll, description: str | None, arguments: Sequence[str] | None) -> None:
    """Runs all tasks by `run_all(tasks, begin)` and tells each one's spans, in seconds from `begin` on."""
    options = parse(description, arguments)
    emit("ready", platform=sys.platform)
    tasks = [Task(number, options) for number in range(1, options.tasks + 1)]
    begun = 0.0

    def begin() -> None:
        nonlocal begun
        checkpoint("running")  # where the lab counts the program's threads
        begun = time.monotonic()

    run_all(tasks, begin)
    total = time.monotonic() - begun
    checkpoint("done", seconds=round(total, 6))
    for task in tasks:
        task.sock.close()
        spans = [(kind, round(a - begun, 6), round(b - begun, 6), round(cpu, 6)) for kind, a, b, cpu in task.spans]
        emit("spans", task=task.number, spans=spans)


def parse(description: str | None, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options, the same for every program of tasks."""
    parser = options_of(description)
    parser.add_argument("--to", default="127.0.0.1", metavar="HOST", help="the peer, servers.work_asyncio")
    parser.add_argument("--port", type=at_least(1), default=8001, help="its port")
    parser.add_argument("--tasks", type=at_least(1), default=3, help="how many tasks")
    parser.add_argument("--rounds", type=at_least(1), default=2, help="how often each computes and waits")
    parser.add_argument("--compute", type=seconds, default=0.05, help="seconds of the processor in each round")
    return parser.parse_args(arguments)
