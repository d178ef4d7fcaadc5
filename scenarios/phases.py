"""How long each phase of a command takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Phases:
    """The seconds of each phase; the first, `start`, is what passed since the command began."""

    def __init__(self, begun: float | None = None) -> None:
        """`begun` is when the command began, on the monotonic clock; by default it is now."""
        now = time.monotonic()
        self._begun = now if begun is None else begun
        self._seconds = {"start": round(now - self._begun, 4)}

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        """Times what is done inside."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self._seconds[phase] = round(time.monotonic() - begun, 4)

    def seconds(self, within: dict[str, float] | None = None) -> dict[str, float]:
        """Every phase so far, those that a run timed itself among them, and the total."""
        return {**self._seconds, **(within or {}), "total": round(time.monotonic() - self._begun, 4)}
