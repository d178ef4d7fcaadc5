"""What the programs that count together share: the count, the workers and the report. They differ only in how they add.
"""

import argparse
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


@dataclass
class Count:
    """What all workers add to; `interrupted` is how often one of them found what another had added."""

    value: int = 0
    interrupted: int = 0


class Worker(Protocol):
    """A thread or a greenlet, begun."""

    def join(self) -> object:
        """Waits for its end."""


def begin_thread(work: Callable[[], None]) -> Worker:
    """A thread that does `work`."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def run(
    begin: Callable[[Callable[[], None]], Worker],
    add: Callable[[Count, argparse.Namespace], int],
    description: str | None,
    arguments: Sequence[str] | None,
) -> None:
    """Each worker adds 1 to the count, `updates` times; `add` returns how often it did."""
    parser = options_of(description)
    parser.add_argument("--workers", type=at_least(1), default=4, help="how many add at the same time")
    parser.add_argument("--updates", type=at_least(1), default=300, help="how often each adds 1")
    parser.add_argument("--every", type=at_least(1), default=1, help="which of its updates are interrupted by a switch")
    options = parser.parse_args(arguments)
    count, added, gate = Count(), list[int](), threading.Event()

    def work() -> None:
        gate.wait()
        added.append(add(count, options))

    emit("ready", platform=sys.platform)
    workers = [begin(work) for _ in range(options.workers)]
    checkpoint("gathered")
    gate.set()
    for worker in workers:
        worker.join()
    emit(
        "counted",
        value=count.value,
        added=sum(added),
        interrupted=count.interrupted,
        python=list(sys.version_info[:2]),
        gil=getattr(sys, "_is_gil_enabled", lambda: True)(),
    )
