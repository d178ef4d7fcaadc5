"""Support for parallel_cpu: how long a thread ran on a processor, and how long it was ready and had none."""

import time
from dataclasses import dataclass
from pathlib import Path

# Nanoseconds on a processor, nanoseconds ready to run without one, and turns (Linux, Documentation/scheduler).
SCHEDSTAT = Path("/proc/thread-self/schedstat")
# Clocks that were read within so many seconds belong together; they are read at most so often.
AT_ONCE, MOST_READINGS = 0.0005, 20


@dataclass(frozen=True)
class Share:
    """The work of one thread: pieces, and its seconds on a processor, ready to run without one, and in all.

    `queued` is None where the kernel does not report it.
    """

    pieces: int
    ran: float
    queued: float | None
    lasted: float

    def part(self, pieces: int, of: int) -> "Share":
        """One of so many equal parts of the time, with its own pieces."""
        return Share(pieces, self.ran / of, None if self.queued is None else self.queued / of, self.lasted)


class Account:
    """Counts what this thread does. It is made before any worker begins: a late worker was queued, or slept."""

    def __init__(self) -> None:
        self._begun, self._ran, self._queued = _clocks()
        self.pieces = 0

    def begin(self, begun: float) -> "Account":
        """`begun` is when all began, by time.perf_counter(), which is one clock for all processes."""
        self._begun = begun
        return self

    def goes_on(self, seconds: float) -> bool:
        return time.perf_counter() - self._begun < seconds

    def close(self) -> Share:
        now, ran, queued = _clocks()
        more = None if queued is None or self._queued is None else queued - self._queued
        return Share(self.pieces, ran - self._ran, more, now - self._begun)


def _clocks() -> tuple[float, float, float | None]:
    """The time, and this thread's seconds so far; read again if the thread lost its processor in between."""
    for _ in range(MOST_READINGS):
        now, ran, queued = time.perf_counter(), time.thread_time(), _queued()
        if time.perf_counter() - now < AT_ONCE:
            break
    return now, ran, queued


def _queued() -> float | None:
    try:
        return int(SCHEDSTAT.read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return None
