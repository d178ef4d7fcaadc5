"""Threads in a ring: each needs the lock on its left and the one on its right, both at the same time."""

import threading
import time
from contextlib import suppress

from labs.programs.arguments import at_least, options_of
from labs.programs.demos.watched import Ring, WatchedLock
from labs.programs.events import emit

# How long each holds its first lock until the others have theirs, and how long all are waited for, in seconds.
TOGETHER, SETTLED = 1.0, 2.5


def work(left: WatchedLock, right: WatchedLock, have_one: threading.Barrier, done: list[bool]) -> None:
    """Takes one lock, gives everybody the time to take one as well, and takes the other."""
    # TODO 2: when each has the lock on its left, all wait for the one on their right. In which order can that not be?
    # A lock has a `number`.
    first, second = left, right
    with first:
        with suppress(threading.BrokenBarrierError):
            have_one.wait(TOGETHER)
        with second:
            done.append(True)


def main() -> None:
    """Begins the threads, waits as long as they should need, says how many are done, and stays."""
    parser = options_of(__doc__)
    parser.add_argument("--threads", type=at_least(2), default=2)
    parser.add_argument("--order", help="the scenario's word for what is wanted")
    count = parser.parse_args().threads
    ring, have_one, done = Ring(count), threading.Barrier(count), list[bool]()
    pairs = [(ring.locks[number], ring.locks[(number + 1) % count]) for number in range(count)]
    threads = [threading.Thread(target=work, args=(*pair, have_one, done), daemon=True) for pair in pairs]
    for one in threads:
        one.start()
    until = time.monotonic() + SETTLED
    for one in threads:
        one.join(max(0.0, until - time.monotonic()))
    ring.report()
    emit("ready", platform="linux", finished=len(done))
    threading.Event().wait()


if __name__ == "__main__":
    main()
