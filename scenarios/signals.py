"""Signals that ask for an end: raised in the main thread, once, so that a second one cannot stop the removal."""

import signal
from types import FrameType

from scenarios.errors import Interrupted

# A terminal's Ctrl-C, what asks a process to end, a terminal that is closed, and its Ctrl-\.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

_received: list[int] = []


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
    if len(_received) == 1:
        raise Interrupted(number)


def raise_if_received() -> None:
    """Raises Interrupted if a signal came while foreign code ran that may have swallowed it.

    Pytest, for one, takes it for a failed test.
    """
    if _received:
        raise Interrupted(_received[0])
