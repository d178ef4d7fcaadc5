"""Support for lock_trace: locks that know which threads hold them and wait for them."""

import sys
import threading
from _thread import allocate_lock
from collections import Counter
from itertools import count

from labs.programs import seal
from labs.programs.demos.watching import report


class Locks:
    """Makes locks with numbers; `held` and `wanted` are by thread, `pairs` of locks that one held together,
    `acquired` how often each lock was taken. Threads have numbers too: the kernel's ids are used again.
    """

    def __init__(self) -> None:
        self.count, self.seal, self.print = 0, seal.take(), sys.stdout.write
        self.threads, self.mine = count(), threading.local()
        self.held: dict[int, list[int]] = {}
        self.wanted: dict[int, int] = {}
        self.acquired: Counter[int] = Counter()
        self.pairs: set[tuple[int, int, int]] = set()

    def make(self) -> object:
        """Takes the place of threading.Lock; the locks inside of threading's own classes are not watched."""
        if sys._getframe(1).f_globals.get("__name__") == "threading":
            return allocate_lock()
        self.count += 1
        return Lock(self.count - 1, self)

    def on_write(self, text: str) -> int:
        """Takes the place of stdout's `write`: reports before each event."""
        if text.startswith("{"):
            # Other threads go on meanwhile, so copies are looked through.
            waits = sorted((*self.held.get(thread, ()), lock) for thread, lock in list(self.wanted.items()))
            seen = {"waits": waits, "pairs": sorted(self.pairs), "acquired": list(self.acquired.values())}
            report(self.seal, **seen, counters=counters())
        return self.print(text)

    def thread(self) -> int:
        """The number of the thread that runs."""
        if not hasattr(self.mine, "number"):
            self.mine.number = next(self.threads)
        return int(self.mine.number)


class Lock:
    def __init__(self, number: int, locks: Locks) -> None:
        self._number, self._locks, self._lock = number, locks, allocate_lock()
        self.locked = self._lock.locked
        self._at_fork_reinit = self._lock._at_fork_reinit  # type: ignore[attr-defined]  # concurrent.futures uses it

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        thread = self._locks.thread()
        held = self._locks.held.setdefault(thread, [])
        self._locks.wanted[thread] = self._number
        got = self._lock.acquire(blocking, timeout)
        del self._locks.wanted[thread]
        if got:
            self._locks.pairs.update((thread, other, self._number) for other in held)
            held.append(self._number)
            self._locks.acquired[self._number] += 1
        return got

    def release(self) -> None:
        # Before it is free: the next thread that takes it holds it too. Another thread than its holder may release it.
        for held in list(self._locks.held.values()):
            if self._number in held:
                held.remove(self._number)
                break
        self._lock.release()

    __enter__ = acquire

    def __exit__(self, *_error: object) -> None:
        self.release()


def counters() -> list[dict[str, int]]:
    """Of each counter of instrumented.py: how often it was read and written, by how many threads, and how."""
    instrumented = sys.modules.get("labs.programs.demos.instrumented")
    return [one.counts() for one in instrumented.COUNTERS] if instrumented else []
