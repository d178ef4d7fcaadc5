"""Support for footprint_*.py, which let many tasks wait at the same time: the options, the steps and the report."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit

STEPS = 4
NOWHERE = os.open(os.devnull, os.O_WRONLY)


class Crowd:
    """The tasks that came to the event, and those that went on from it."""

    def __init__(self) -> None:
        self.came: list[None] = []
        self.went: list[None] = []

    def go_on(self) -> None:
        """Counts one that goes on, by a system call that the kernel counts too (proc(5), /proc/PID/io)."""
        self.went.append(None)
        os.write(NOWHERE, b"t")

    @property
    def waiting(self) -> int:
        return len(self.came) - len(self.went)


def run(
    crowd: Crowd,
    begin: Callable[[], Any],
    settle: Callable[[int], object],
    release: Callable[[Sequence[Any]], object],
    description: str | None,
) -> None:
    """Starts `count` tasks in a few steps, lets the lab look after each step, and releases them all at the end.

    `settle` returns once that many wait, `release` once all have gone on. An exception of `begin` is raised after the
    lab has looked.
    """
    parser = options_of(description)
    parser.add_argument("--count", type=at_least(STEPS), default=400, help="tasks that wait")
    count = parser.parse_args().count
    emit("ready", platform=sys.platform)
    checkpoint("empty")
    begun: list[Any] = []
    for step in range(1, STEPS + 1):
        before, had = time.process_time(), len(begun)
        try:
            while len(begun) < count * step // STEPS:
                begun.append(begin())
        finally:
            settle(len(begun))
            more = len(begun) - had
            each = (time.process_time() - before) / more if more else None  # processor seconds for each new task
            checkpoint("grown", moment=f"{crowd.waiting} wait", waiting=crowd.waiting, each=each)
    release(begun)
    checkpoint("woken", count=len(crowd.went))
