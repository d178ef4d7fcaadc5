"""Threads and locks in a ring: each thread needs the lock of its own number and the next one, both at the same time.

python -m labs.programs.demos.lock_ring --threads 2 --order opposite   (or same; end it with Ctrl-C)
"""

import threading
from collections.abc import Sequence

from labs.programs.arguments import add_address, at_least, options_of
from labs.programs.demos.standing import stand
from labs.programs.events import emit

# How long to wait, in seconds, before the others are called stuck; those that are not need far less.
PATIENCE = 0.3


def needed(number: int, threads: int, order: str) -> tuple[int, int]:
    """The locks that a thread takes, in the order in which it takes them."""
    own, following = number, (number + 1) % threads
    return (min(own, following), max(own, following)) if order == "same" else (own, following)


class Ring:
    """The locks, and who has come how far."""

    def __init__(self, threads: int, order: str) -> None:
        """Every thread takes its first lock before any takes its second, as far as there are so many first locks."""
        self.locks = [threading.Lock() for _ in range(threads)]
        self.pairs = [needed(number, threads, order) for number in range(threads)]
        self.firsts = {first for first, _ in self.pairs}
        self.holding: set[int] = set()
        self.all_hold = threading.Event()

    def pass_through(self, number: int) -> None:
        """What each thread does."""
        first, second = self.pairs[number]
        with self.locks[first]:
            self.holding.add(first)
            if self.holding == self.firsts:
                self.all_hold.set()
            self.all_hold.wait()
            emit("holds", thread=number, native=threading.get_native_id(), lock=first, wants=second)
            with self.locks[second]:
                emit("through", thread=number)


def main(arguments: Sequence[str] | None = None) -> None:
    """Begins all threads, waits a while for them, and stays, whatever became of them."""
    parser = options_of(__doc__)
    add_address(parser)
    parser.add_argument("--threads", type=at_least(2), default=2, help="threads, and locks")
    parser.add_argument("--order", choices=("opposite", "same"), default="opposite", help="in which locks are taken")
    options = parser.parse_args(arguments)
    ring = Ring(options.threads, options.order)
    threads = [threading.Thread(target=ring.pass_through, args=(n,), daemon=True) for n in range(options.threads)]
    for thread in threads:
        thread.start()
    ring.all_hold.wait()
    for thread in threads:
        thread.join(PATIENCE / options.threads)
    stand(options)


if __name__ == "__main__":
    main()
