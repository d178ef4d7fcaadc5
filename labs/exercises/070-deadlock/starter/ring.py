"""Threads in a ring: each needs the lock on its left and the lock on its right at the same time."""

import threading
import time
from contextlib import suppress

from labs.programs.arguments import at_least, options_of
from labs.programs.demos.instrumented import Ring, WatchedLock
from labs.programs.events import emit

# Seconds: how long a thread with one lock waits for the others to take theirs, and how long main waits for all.
TOGETHER, SETTLED = 1.0, 6.0


def work(left: WatchedLock, right: WatchedLock, have_one: threading.Barrier, done: list[bool]) -> None:
    """Takes one lock, gives the other threads time to take one as well, and takes the other."""
    # TODO 1: when each thread holds its left lock, all wait for their right one. In which order is that impossible?
    # Each lock has a `number`.
    first, second = left, right
    with first:
        with suppress(threading.BrokenBarrierError):
            have_one.wait(TOGETHER)
        with second:
            done.append(True)


def main() -> None:
    """Starts the threads, waits as long as they should need, reports how many are done, and stays."""
    parser = options_of(__doc__)
    parser.add_argument("--threads", type=at_least(2), default=2)
    parser.add_argument("--order", help="set by the scenario; not used here")
    count = parser.parse_args().threads
    locks, have_one, done = Ring(count).locks, threading.Barrier(count), list[bool]()
    pairs = [(locks[number], locks[(number + 1) % count]) for number in range(count)]
    threads = [threading.Thread(target=work, args=(*pair, have_one, done), daemon=True) for pair in pairs]
    for one in threads:
        one.start()
    until = time.monotonic() + SETTLED
    for one in threads:
        one.join(max(0.0, until - time.monotonic()))
    emit("ready", platform="linux", finished=len(done))
    threading.Event().wait()


if __name__ == "__main__":
    main()
