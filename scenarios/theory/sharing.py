"""Updates of a shared counter that get lost, and locks that end in a deadlock. Pure.

A shared counter rests on three rules:

- An update is a read and a write; what other workers wrote in between is lost.
- CPython builds with a GIL, since 3.10, switch threads only at calls and at backward jumps (Python/ceval.c, the eval
  breaker), and there is neither between the read and the write of `counter += 1`. A free-threaded build can lose these.
- A greenlet runs until it switches; gevent.sleep(0) puts it behind all that are ready, so they take turns.

Locks: a thread that holds one lock and waits for the next waits for the thread that holds that. If these waits form a
ring, none of them continues (Coffman, Elphick and Shoshani, 1971); if all take locks in one order, there is no ring.
"""

from collections import deque

# So many updates of one thread take longer than another thread takes to wake. Of 400 pairs of threads on two busy CPUs
# (CPython 3.11), 15 lost nothing with 50 updates each, and none with 100.
MANY = 100


def least(workers: int, updates: int) -> int:
    """The lowest final value of the counter if other workers may run between any read and write."""
    # One worker reads 0, waits until the others have all but finished, and writes 1; another, which read that 1 for its
    # last update, waits until all others are done, and writes 2.
    return updates if workers == 1 else min(2, updates)


def most(workers: int, updates: int) -> int:
    """The highest final value of the counter if other workers may run between any read and write."""
    # With MANY updates at least one is lost; a few may all happen before the next thread wakes on a busy machine.
    return workers * updates - (1 if updates >= MANY else 0)


def taking_turns(workers: int, updates: int) -> int:
    """The final value of the counter if each worker lets all others run between its read and its write, in turn."""
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
    """Whether threads that each hold their first lock and wait for their second form a ring.

    `first` and `second` are the locks of each thread; the first thread that asks for a lock holds it.
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


def locks_of_ring(threads: int, order: str) -> tuple[list[int], list[int]]:
    """(first, second): the locks of each thread of a ring, in ring order; if `order` is `same`, the lower one first."""
    pairs = [(number, (number + 1) % threads) for number in range(threads)]
    if order == "same":
        pairs = [(min(pair), max(pair)) for pair in pairs]
    return [one for one, _ in pairs], [other for _, other in pairs]
