"""What becomes of a server that takes TCP for a sequence of messages, or a descriptor for a connection. Pure.

TCP is a stream of bytes (RFC 9293, 3.4): one recv(2) may give a part of a request, or several, or what follows one.
What a mistake does follows from that and from these:

- CPython, int() of bytes: digits behind digits are one number, anything else raises ValueError with what it was given.
- send(2) on a socket that does not block takes what the kernel has room for, twice SO_SNDBUF and twice the reader's
  SO_RCVBUF at most (socket(7)); sendall goes on, and raises EAGAIN when there is no room.
- recv(2) at the end of a stream is ready for ever, with nothing; a socket with room is ready for writing for ever. With
  either the loop never waits (epoll(7), level-triggered).
- POSIX: the next descriptor is the lowest free number, so a closed client's is the next client's. CPython,
  Lib/selectors.py: register raises KeyError for a number that it has, unregister ValueError for a closed socket's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DIGITS = 8
ANSWERED, CLOSED, CUT_SHORT, KEPT_OPEN = "answered", "closed", "cut short", "kept open"
NO_ROOM = "BlockingIOError", "[Errno 11] Resource temporarily unavailable"
NO_NUMBER = "ValueError", "Invalid file descriptor: -1"
# The share of a processor of a loop that never waits, at least, though many others may want it; and the seconds of one
# that waits and is not woken, at most: two clocks count them, the program's and the kernel's, in steps of 10 ms each.
SPINS, WAITS = 0.03, 0.02
# Mistakes by which a loop never waits again.
SLEEPLESS = ("empty-read", "write-interest")


@dataclass(frozen=True)
class Death:
    """A server's uncaught exception: its type and its text."""

    kind: str
    message: str

    def __str__(self) -> str:
        """As the last line of a traceback has it."""
        return f"{self.kind}: {self.message}"


def read_as_size(body: bytes) -> int | Death:
    """What int() makes of a size with all of its payload behind it."""
    read = b"%0*d" % (DIGITS, len(body)) + body
    try:
        return int(read)
    except ValueError as error:
        return Death("ValueError", str(error))


def outcomes(letters: bytes, digits: bytes, first_descriptor: int) -> Mapping[str, Mapping[str, str | Death]]:
    """What each mistake makes of what a client does; `first_descriptor` is the number that the first client gets."""
    size, of_letters = read_as_size(digits), read_as_size(letters)
    twice = Death("KeyError", repr(f"{first_descriptor} (FD {first_descriptor}) is already registered"))
    return {
        "whole-reads": dict.fromkeys(("in pieces", "two at once", "with digits", "with letters"), CLOSED),
        "int-of-read": {"with digits": _waits(size), "with letters": _waits(of_letters)},
        "one-send": {"reading slowly": CUT_SHORT},
        "sendall": {"reading slowly": Death(*NO_ROOM)},
        "no-unregister": {"leaving": twice},
        "late-unregister": {"leaving": Death(*NO_NUMBER)},
        "empty-read": {"half closed": KEPT_OPEN},
        "write-interest": {"silent": ANSWERED},
    }


def _waits(size: int | Death) -> str | Death:
    return size if isinstance(size, Death) else f"waits for {size} bytes"
