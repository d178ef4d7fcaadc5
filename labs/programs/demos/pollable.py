"""Asks select, poll and epoll about six kinds of descriptors, before and after something can be read.

python -m labs.programs.demos.pollable --copies 3
"""

import ctypes
import os
import select
import socket
import sys
from collections.abc import Callable

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit

LIBC = ctypes.CDLL(None, use_errno=True)  # os.timerfd_create() came with Python 3.13
held: list[object] = []  # the other ends, so that they stay open
SOON = (ctypes.c_long * 4)(0, 0, 0, 1)  # struct itimerspec: no interval, and a nanosecond


def make() -> tuple[dict[str, int], Callable[[], None]]:
    """A descriptor of each kind, of which nothing can be read, and a function that makes something readable."""
    file = os.memfd_create("file")  # in memory, as in a tmpfs: one behind FUSE would have a poll operation
    (reader, writer), (one, other) = os.pipe(), socket.socketpair()
    event, timer, null = os.eventfd(0), LIBC.timerfd_create(1, 0), os.open(os.devnull, os.O_RDONLY)

    def happen() -> None:
        os.write(writer, b"x")
        other.send(b"x")
        os.eventfd_write(event, 1)
        LIBC.timerfd_settime(timer, 0, SOON, None)

    held.append((one, other))
    kinds = {"regular file": file, "/dev/null": null, "pipe": reader, "socket": one.fileno()}
    return {**kinds, "eventfd": event, "timerfd": timer}, happen


def by_select(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])


def by_poll(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("--copies", type=at_least(1), default=3, help="descriptors of each kind")
    made = [make() for _ in range(parser.parse_args().copies)]
    emit("ready", platform=sys.platform)
    with select.epoll() as epoll:
        refused: dict[str, str] = {}
        for kinds, _ in made:
            for kind, descriptor in kinds.items():
                try:
                    epoll.register(descriptor, select.EPOLLIN)
                except OSError as error:
                    refused[kind] = str(error)
        report("at first", made[0][0], epoll, refused)
        for _, happen in made:
            happen()
        select.select([made[0][0]["timerfd"]], [], [])  # the timer has expired
        report("after", made[0][0], epoll, refused)


def report(when: str, kinds: dict[str, int], epoll: select.epoll, refused: dict[str, str]) -> None:
    """Tells what each mechanism says of each kind: whether it can be read, or the error."""
    ready = {descriptor for descriptor, _ in epoll.poll(0, 4096)}
    answers: dict[str, dict[str, bool | str]] = {
        "select": {kind: by_select(descriptor) for kind, descriptor in kinds.items()},
        "poll": {kind: by_poll(descriptor) for kind, descriptor in kinds.items()},
        "epoll": {kind: refused.get(kind, descriptor in ready) for kind, descriptor in kinds.items()},
    }
    checkpoint("asked", moment=when, answers=answers)


if __name__ == "__main__":
    main()
