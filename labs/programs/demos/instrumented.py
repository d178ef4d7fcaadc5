"""Support for exercises: a counter and locks that record how threads use them; lock_trace reports what they record."""

import threading
import time
from _thread import allocate_lock  # lock_trace does not watch these

from labs.programs.demos.counting import Counter

# Seconds that a read takes, so that other threads run before the write.
PAUSE = 0.0001
# The counters that were made, for lock_trace.
COUNTERS: list["WatchedCounter"] = []


class WatchedCounter(Counter):
    """Lets other threads run after each read. `overtaken` are the writes that are not one more than the last value."""

    def __init__(self) -> None:
        self._value = self._reads = self._writes = self._overtaken = self._turns = 0
        # The threads themselves: a new thread may get the id of one that has ended.
        self._writers: set[threading.Thread] = set()
        self._last: threading.Thread | None = None
        self._mine, self._noting = threading.local(), allocate_lock()
        COUNTERS.append(self)

    @property
    def value(self) -> int:
        with self._noting:
            self._reads += 1
            read = self._value
            self._mine.read = (read, self._writes)
        time.sleep(PAUSE)
        return read

    @value.setter
    def value(self, new: int) -> None:
        me = threading.current_thread()
        with self._noting:
            # Its thread must have read the value that it replaces, and no other thread may have written since.
            self._overtaken += getattr(self._mine, "read", None) != (new - 1, self._writes)
            self._turns += me is not self._last
            self._value, self._last, self._mine.read = new, me, None
            self._writes += 1
            self._writers.add(me)

    def counts(self) -> dict[str, int]:
        """`turns` is how often another thread wrote than the one that wrote before."""
        return {
            "reads": self._reads,
            "writes": self._writes,
            "writers": len(self._writers),
            "overtaken": self._overtaken,
            "turns": self._turns,
        }

    def report(self) -> None:
        """Does nothing: learners' files from before call it, and lock_trace reports now."""


class WatchedLock:
    """A threading.Lock with a number."""

    def __init__(self, number: int) -> None:
        lock = threading.Lock()
        self.number, self.acquire, self.release, self.locked = number, lock.acquire, lock.release, lock.locked

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_error: object) -> None:
        self.release()


class Ring:
    """Locks with the numbers from 0 on."""

    def __init__(self, count: int) -> None:
        self.locks = [WatchedLock(number) for number in range(count)]

    def report(self) -> None:
        """Does nothing: learners' files from before call it, and lock_trace reports now."""
