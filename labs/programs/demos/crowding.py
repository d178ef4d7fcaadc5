"""What the programs that have many wait share: the options, the steps and the report. They differ only in who waits."""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit

STEPS = 4


class Crowd:
    """Those that wait for one event: who came to it, and who went on from it."""

    def __init__(self) -> None:
        """Nobody is there yet."""
        self.came: list[None] = []
        self.went: list[None] = []

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return len(self.came) - len(self.went)


def run(
    crowd: Crowd,
    begin: Callable[[], Any],
    settle: Callable[[int], object],
    release: Callable[[Sequence[Any]], object],
    description: str | None,
    arguments: Sequence[str] | None,
) -> None:
    """Begins `count` of them in a few steps, has the lab look after each, and lets all go on at the end.

    `settle` returns once that many wait, `release` once all have gone. An exception in `begin` goes on its way when the
    lab has looked.
    """
    parser = options_of(description)
    parser.add_argument("--count", type=at_least(STEPS), default=400, help="how many are to wait")
    count = parser.parse_args(arguments).count
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
            _report(crowd, time.process_time() - before, len(begun) - had)
    release(begun)
    emit("woken", count=len(crowd.went))


def _report(crowd: Crowd, seconds: float, more: int) -> None:
    """How many wait, and the processor's time that each of those took that came last."""
    checkpoint("grown", moment=f"{crowd.waiting} wait", waiting=crowd.waiting, each=seconds / more if more else None)
