"""Threads that each need two locks of a ring: they deadlock, unless all take their locks in one order.

python -m labs.programs.demos.ring_of_locks --threads 2 --order opposite
"""

import sys
import threading
import time
from contextlib import suppress

from labs.programs.arguments import at_least, options_of
from labs.programs.events import emit

# Seconds that a thread holds its first lock for the others to take theirs, and that all are waited for. With one order
# not every thread can hold a lock at the same time, so the first wait must end.
TOGETHER, SETTLED = 1.5, 3.0


def work(first: threading.Lock, second: threading.Lock, have_one: threading.Barrier, done: list[bool]) -> None:
    """Takes one lock, gives every thread the time to take one, and then takes the other."""
    with first:
        with suppress(threading.BrokenBarrierError):
            have_one.wait(TOGETHER)
        with second:
            done.append(True)


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("--threads", type=at_least(2), default=2, help="threads, and locks")
    parser.add_argument("--order", choices=("opposite", "same"), default="opposite", help="order of its two locks")
    options = parser.parse_args()
    locks = [threading.Lock() for _ in range(options.threads)]
    pairs = [(number, (number + 1) % options.threads) for number in range(options.threads)]
    if options.order == "same":
        pairs = [(min(pair), max(pair)) for pair in pairs]
    done: list[bool] = []
    have_one = threading.Barrier(options.threads)
    threads = [
        threading.Thread(target=work, args=(locks[one], locks[other], have_one, done), daemon=True)
        for one, other in pairs
    ]
    for thread in threads:
        thread.start()
    until = time.monotonic() + SETTLED
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    emit("ready", platform=sys.platform, finished=len(done))
    threading.Event().wait()


if __name__ == "__main__":
    main()
