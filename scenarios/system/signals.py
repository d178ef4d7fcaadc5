"""Signals that ask this process to end: raised in the main thread, once, so that no second one stops the removal."""

import signal
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from scenarios.errors import Interrupted

# A terminal's Ctrl-C, the request to end, a closed terminal, and Ctrl-\.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

# A thread that begins to wait for a lock just as a signal comes sleeps through it, and Python handles the signal only
# when the wait ends. So the main thread waits no longer than this at a time, in seconds.
HEARD_WITHIN = 0.5

Value = TypeVar("Value")

_received: list[int] = []
_holding: list[bool] = []


def install() -> None:
    """Makes the first of these signals raise Interrupted in the main thread.

    Later ones do nothing, since the removal is under way.
    """
    for number in ENDING:
        # nohup makes the process ignore SIGHUP; that stays.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise_once)


def _raise_once(number: int, _: FrameType | None) -> None:
    _received.append(number)
    if len(_received) == 1 and not _holding:
        raise Interrupted(number)


@contextmanager
def held_back() -> Iterator[None]:
    """Holds signals back; one that comes meanwhile is raised on leaving.

    A process that is forked meanwhile must call `let_through`.
    """
    _holding.append(True)
    try:
        yield
    finally:
        _holding.clear()
    raise_if_received()


def let_through() -> None:
    """Ends the holding back in a forked process; raises Interrupted if a signal came before the fork."""
    _holding.clear()
    raise_if_received()


def raise_if_received() -> None:
    """Raises Interrupted if a signal came while other code ran that may have swallowed it.

    Pytest, for example, reports it as a failed test.
    """
    if _received:
        raise Interrupted(_received[0])


def result_of(future: Future[Value]) -> Value:
    """The future's result, or its exception; unlike `future.result()`, no signal can wait behind it."""
    while not future.done():
        wait([future], HEARD_WITHIN)
    return future.result()
