"""A counter and locks that many share, and that watch what is done with them."""

import threading
import time
from types import TracebackType

from labs.programs.demos.counting import Counter
from labs.programs.events import emit


class WatchedCounter(Counter):
    """Lets others run between a read and what follows it, and counts who read and wrote how often."""

    def __init__(self) -> None:
        """Nothing was counted yet."""
        self._value, self._reads, self._writes = 0, 0, 0
        # The threads themselves: the id of one that has ended may be given to another.
        self._writers: set[threading.Thread] = set()
        self._noting = threading.Lock()

    @property
    def value(self) -> int:
        """What was written last; others run before the reader goes on."""
        with self._noting:
            self._reads += 1
        read = self._value
        time.sleep(0)
        return read

    @value.setter
    def value(self, new: int) -> None:
        self._value = new
        with self._noting:
            self._writes += 1
            self._writers.add(threading.current_thread())

    def report(self) -> None:
        """Says how often it was read and written, and by how many threads."""
        emit("watched", reads=self._reads, writes=self._writes, writers=len(self._writers))


class WatchedLock:
    """One of a ring of locks, by its number; used as any lock is, with `with`."""

    def __init__(self, number: int, ring: "Ring") -> None:
        """Nobody has it."""
        self.number, self._ring, self._lock = number, ring, threading.Lock()

    def __enter__(self) -> "WatchedLock":
        """Waits until it is free."""
        self._lock.acquire()
        self._ring.taken(self.number)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Gives it back."""
        self._ring.given_back(self.number)
        self._lock.release()


class Ring:
    """Locks in a ring, and who had two of them at the same time."""

    def __init__(self, count: int) -> None:
        """`count` locks."""
        self.locks = [WatchedLock(number, self) for number in range(count)]
        self._mine = threading.local()
        self._noting = threading.Lock()
        self._pairs: dict[threading.Thread, tuple[int, ...]] = {}

    def _held(self) -> set[int]:
        if not hasattr(self._mine, "held"):
            self._mine.held = set[int]()
        held: set[int] = self._mine.held
        return held

    def taken(self, number: int) -> None:
        """By the thread that calls."""
        held = self._held()
        held.add(number)
        if len(held) == 2:
            with self._noting:
                self._pairs[threading.current_thread()] = tuple(sorted(held))

    def given_back(self, number: int) -> None:
        """By the thread that calls."""
        self._held().discard(number)

    def report(self) -> None:
        """Says which pairs of locks a thread had at the same time, each by a thread of its own."""
        with self._noting:
            emit("locked", pairs=sorted(self._pairs.values()))
