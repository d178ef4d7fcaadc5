"""Signals that ask for an end: raised in the main thread, once, so that a second one cannot stop the removal."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from scenarios.errors import Interrupted

# A terminal's Ctrl-C, what asks a process to end, a terminal that is closed, and its Ctrl-\.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

_received: list[int] = []
_holding: list[bool] = []


def install() -> None:
    """Makes the first of these signals raise Interrupted in the main thread.

    Later ones change nothing, since the removal is under way.
    """
    for number in ENDING:
        # What nohup has this process ignore stays ignored.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise_once)


def _raise_once(number: int, _: FrameType | None) -> None:
    _received.append(number)
    if len(_received) == 1 and not _holding:
        raise Interrupted(number)


@contextmanager
def held_back() -> Iterator[None]:
    """What comes meanwhile is raised when this is left.

    A process that is forked meanwhile must let it through.
    """
    _holding.append(True)
    try:
        yield
    finally:
        _holding.clear()
    raise_if_received()


def let_through() -> None:
    """Ends in a forked process what was held back when it was forked; raises Interrupted if something was."""
    _holding.clear()
    raise_if_received()


def raise_if_received() -> None:
    """Raises Interrupted if a signal came while foreign code ran that may have swallowed it.

    Pytest, for one, takes it for a failed test.
    """
    if _received:
        raise Interrupted(_received[0])
