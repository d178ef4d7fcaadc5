"""Support for tasks_*.py, which differ in what runs while a task waits: one task, the options, the report."""

import argparse
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.clients.connecting import add_server
from labs.programs.computing import compute
from labs.programs.events import checkpoint, emit

WORK = b"W"  # a request that the peer answers after its latency
Steps = Iterator[socket.socket]
Begin = Callable[[], None]
RunAll = Callable[[Sequence["Task"], Begin], None]


class Task:
    """In each round it computes for a while, asks the peer, and waits for the answer."""

    def __init__(self, number: int, options: argparse.Namespace) -> None:
        self.number, self.rounds, self.seconds = number, options.rounds, options.compute
        self.sock = socket.create_connection((options.to, options.port), 60)
        self.spans: list[tuple[str, float, float, float]] = []

    def steps(self) -> Steps:
        """Runs the task up to each wait and yields the socket that it waits for; the caller waits."""
        for _ in range(self.rounds):
            begun, cpu = time.monotonic(), time.thread_time()
            compute(self.seconds)
            cpu = time.thread_time() - cpu
            asked = time.monotonic()  # before the peer can begin, also if this thread loses the CPU right after
            self.sock.sendall(WORK)
            self.spans.append(("computing", begun, asked, cpu))
            yield self.sock
            if self.sock.recv(1) != WORK:
                raise ConnectionAbortedError("the peer gave no answer")
            self.spans.append(("waiting", asked, time.monotonic(), 0.0))


def run(run_all: RunAll, description: str | None) -> None:
    """Runs all tasks by `run_all(tasks, begin)` and reports the spans of each, in seconds from `begin` on."""
    options = parse(description)
    emit("ready", platform=sys.platform)
    tasks = [Task(number, options) for number in range(1, options.tasks + 1)]
    begun = 0.0

    def begin() -> None:
        nonlocal begun
        checkpoint("running")  # where the lab counts the program's threads
        begun = time.monotonic()

    run_all(tasks, begin)
    total = time.monotonic() - begun
    checkpoint("done", begun=round(begun, 6), seconds=round(total, 6))
    for task in tasks:
        task.sock.close()
        spans = [(kind, round(a - begun, 6), round(b - begun, 6), round(cpu, 6)) for kind, a, b, cpu in task.spans]
        emit("spans", task=task.number, spans=spans)


def parse(description: str | None) -> argparse.Namespace:
    parser = options_of(description)
    add_server(parser, "the peer, a servers.work_asyncio")
    parser.add_argument("--tasks", type=at_least(1), default=3, help="number of tasks")
    parser.add_argument("--rounds", type=at_least(1), default=2, help="rounds of each task")
    parser.add_argument("--compute", type=seconds, default=0.05, help="seconds of the processor in each round")
    return parser.parse_args()
