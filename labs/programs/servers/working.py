"""Support for work_*.py: the options, and the work in parts.

A request is one byte: P is answered at once, W after so many seconds of sleeping or computing, as the options say.
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
PART = 0.001  # seconds of one part of a computation: so long other clients wait when it yields
# Seconds that it then leaves to others: a loop that is never idle may be slow to look for events, as gevent's is.
REST = 0.001


def parts(options: argparse.Namespace) -> Iterator[float]:
    """Works, and after each part yields the seconds for which there is nothing to do: for a sleep, all of them.

    The event `worked` has the beginning by time.monotonic(), which all programs of a machine share.
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


def block(options: argparse.Namespace) -> None:
    """Does all of the work in one call that does not return before, as most libraries do."""
    for pause in parts(options):
        time.sleep(pause)


def parse(description: str | None, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--kind", choices=("sleep", "compute"), default="sleep", help="the work")
    parser.add_argument("--seconds", type=seconds, default=0.5, help="seconds that it takes")
    parser.add_argument("--yields", choices=("no", "yes", "pool"), default="no", help="if others run meanwhile")
    return parser.parse_args(arguments)


def ready(port: int, loop: str) -> None:
    emit("ready", platform=sys.platform, port=port, loop=loop)


@contextlib.contextmanager
def leaving() -> Iterator[None]:
    """A client that leaves, or does not take its answer, is no failure of the server."""
    with contextlib.suppress(ConnectionError, BlockingIOError):
        yield
