"""What the working servers share: one byte is one request, the options, and work cut into parts.

P is answered at once; W after so many seconds of work, for which the options say whether it sleeps or computes.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator, Sequence

from labs.programs.arguments import add_address, options_of, seconds
from labs.programs.computing import compute
from labs.programs.events import emit

PING, WORK = b"P", b"W"
# Seconds that one part of a computation takes: for as long, others wait when it yields.
PART = 0.001
# Seconds that it then leaves to others: a loop that is never idle may be slow to look for events, as gevent's is.
REST = 0.001


def parts(options: argparse.Namespace) -> Iterator[float]:
    """Works, and after each part gives the seconds for which there is nothing to do: of a sleep all.

    It says when it began on the clock that all programs of a machine share.
    """
    begun = time.monotonic()
    if options.kind == "sleep":
        yield options.seconds
    else:
        done = time.thread_time() + options.seconds
        while time.thread_time() < done:
            compute(min(PART, done - time.thread_time()))
            yield REST if options.yields == "yes" else 0.0
    emit("worked", kind=options.kind, begun=round(begun, 6), seconds=round(time.monotonic() - begun, 6))


def parse(description: str | None, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options, the same for every server of this kind."""
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--kind", choices=("sleep", "compute"), default="sleep", help="what the work is")
    parser.add_argument("--seconds", type=seconds, default=0.5, help="seconds that it takes")
    parser.add_argument("--yields", choices=("no", "yes"), default="no", help="whether others have a turn meanwhile")
    return parser.parse_args(arguments)


def ready(port: int, loop: str) -> None:
    """Says that the server can serve."""
    emit("ready", platform=sys.platform, port=port, loop=loop)


@contextlib.contextmanager
def leaving() -> Iterator[None]:
    """A client that leaves, or that takes no answer, is no failure of the server."""
    with contextlib.suppress(ConnectionError, BlockingIOError):
        yield
