"""What the watcher of locks notes: who holds a lock, and who has held two of them together."""

from typing import Any

from labs.programs.demos.watched_locks import Lock, Locks


def test_a_thread_that_takes_a_lock_while_another_gives_it_back_still_holds_it() -> None:
    locks: Any = Locks()
    lock: Any = Lock(0, locks)
    locks.held = {7: []}  # of another thread, which has waited for the lock
    lock.acquire()
    given_back, lock._lock = lock._lock, Taken(locks.held[7])
    lock.release()
    given_back.release()
    assert locks.held == {7: [0], locks.thread(): []}


class Taken:
    """A lock that another thread takes as soon as it is free."""

    def __init__(self, held: list[int]) -> None:
        self.held = held

    def release(self) -> None:
        self.held.append(0)


def test_two_locks_that_a_thread_holds_together_are_a_pair() -> None:
    locks: Any = Locks()
    one, other = locks.make(), locks.make()
    with one, other:
        pass
    with other:
        pass
    assert locks.pairs == {(locks.thread(), 0, 1)}
    assert locks.acquired == {0: 1, 1: 2}
