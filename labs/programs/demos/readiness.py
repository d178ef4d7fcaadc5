"""The cost of one call of select, poll and epoll while one descriptor is ready and N others are idle.

python -m labs.programs.demos.readiness --idle 50,100,200,400,800
"""

import os
import select
import statistics
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence, Sized

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit

Ask = Callable[[], Sized]


def mechanisms(active: int, idle: Sequence[int]) -> dict[str, Ask]:
    """One call of each mechanism, which finds the one active descriptor among the idle ones."""
    everything = [active, *idle]
    polled, watched = select.poll(), select.epoll()
    for descriptor in everything:
        polled.register(descriptor, select.POLLIN)
        watched.register(descriptor, select.EPOLLIN)
    return {"select": lambda: select.select(everything, [], [])[0], "poll": polled.poll, "epoll": watched.poll}


def wait(name: str, ask: Ask, active: int) -> None:
    """Waits in one call, while nothing is ready, until the lab has looked which system call that is."""

    def wake() -> None:
        checkpoint("waiting", mechanism=name)
        os.eventfd_write(active, 1)

    threading.Thread(target=wake).start()
    ask()
    os.eventfd_read(active)


def cost(ask: Ask, calls: int) -> float:
    """Seconds of processor time that one call takes."""
    begun = time.process_time()
    for _ in range(calls):
        ask()
    return (time.process_time() - begun) / calls


def costs(asks: Mapping[str, Ask], rounds: int, calls: int) -> dict[str, float]:
    """The median microseconds of a call, over rounds in which the mechanisms take turns: a pause harms none alone."""
    results = [{name: cost(ask, calls) for name, ask in asks.items()} for _ in range(rounds)]
    return {name: statistics.median(one[name] for one in results) * 1e6 for name in asks}


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("--idle", default="50,100,200,400,800", help="numbers of idle descriptors")
    parser.add_argument("--rounds", type=at_least(1), default=9, help="rounds, of which the median counts")
    parser.add_argument("--calls", type=at_least(1), default=400, help="calls of each mechanism in a round")
    options = parser.parse_args()

    active = os.eventfd(0)
    emit("ready", platform=sys.platform)
    for count in [0, *map(int, options.idle.split(","))]:
        idle = [os.eventfd(0) for _ in range(count)]
        asks = mechanisms(active, idle)
        for name, ask in asks.items():
            wait(name, ask, active)
        os.eventfd_write(active, 1)
        checkpoint("watching", idle=count, ready={name: len(ask()) for name, ask in asks.items()})
        emit("cost", idle=count, microseconds=costs(asks, options.rounds, options.calls))
        os.eventfd_read(active)
        del ask, asks  # and with it epoll's own descriptor
        for descriptor in idle:
            os.close(descriptor)


if __name__ == "__main__":
    main()
