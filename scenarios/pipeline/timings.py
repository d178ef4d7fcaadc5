"""The duration of each phase of a command."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager


@contextmanager
def timed(phase: str, seconds: dict[str, float]) -> Iterator[None]:
    """Adds the duration of a phase to `seconds`, also if it ends with an exception."""
    begun = time.monotonic()
    try:
        yield
    finally:
        seconds[phase] = round(time.monotonic() - begun, 4)


class Timings:
    """The seconds of each phase. The first, `start`, is the time from the command's begin to the making of this."""

    def __init__(self, begun: float | None = None) -> None:
        """`begun` is the begin of the command, in seconds of time.monotonic(); by default now."""
        now = time.monotonic()
        self._begun = now if begun is None else begun
        self._seconds = {"start": round(now - self._begun, 4)}

    def timed(self, phase: str) -> AbstractContextManager[None]:
        return timed(phase, self._seconds)

    def seconds(self, within: dict[str, float] | None = None) -> dict[str, float]:
        """Every phase so far, those that a run timed itself (`within`), and the total."""
        return {**self._seconds, **(within or {}), "total": round(time.monotonic() - self._begun, 4)}
