"""Closes descriptors that epoll watches while copies of them live: epoll goes on to report the closed numbers.

python -m labs.programs.demos.ghosts --count 5
"""

import os
import select
import sys

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


class Pipe:
    """A pipe whose reading end is watched, and has a copy, as after dup(2) or in a child process."""

    def __init__(self, epoll: select.epoll) -> None:
        self.reader, self.writer = os.pipe()
        self.copy = os.dup(self.reader)
        epoll.register(self.reader, select.EPOLLIN)

    def end(self) -> None:
        """Closes the copy, and with it the last descriptor of the reading end."""
        os.close(self.copy)
        os.close(self.writer)


def unregister(epoll: select.epoll, descriptor: int) -> str | None:
    """The kernel's error when the descriptor is unregistered; None if there is none."""
    try:
        epoll.unregister(descriptor)
    except OSError as error:
        return str(error)
    return None


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("--count", type=at_least(1), default=5, help="pipes of each kind")
    count = parser.parse_args().count
    emit("ready", platform=sys.platform)
    with select.epoll() as ghosts, select.epoll() as cured:
        left, removed = [Pipe(ghosts) for _ in range(count)], [Pipe(cured) for _ in range(count)]
        checkpoint("registered")
        for pipe in removed:
            cured.unregister(pipe.reader)  # the cure: before the close
        for pipe in (*left, *removed):
            os.close(pipe.reader)
            os.write(pipe.writer, b"x")
        checkpoint("closed")
        reported = {"ghosts": len(ghosts.poll(0, count)), "cured": len(cured.poll(0, count))}
        refusals = sorted({str(unregister(ghosts, pipe.reader)) for pipe in left})
        again = len(ghosts.poll(0, count))
        for pipe in (*left, *removed):
            pipe.end()
        checkpoint("copies-closed", reported=reported, again=again, refusals=refusals)


if __name__ == "__main__":
    main()
