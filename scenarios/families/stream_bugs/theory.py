"""The mistakes of a server that takes TCP for messages, or a descriptor for a connection. Pure.

TCP is a stream of bytes (RFC 9293, 3.4): one recv(2) may return part of a request, several requests, or a request with
bytes of the next. The consequences of each mistake follow from that and from these rules:

- CPython, int() of bytes: digits after digits are one number; anything else raises ValueError, which shows the bytes.
- send(2) on a non-blocking socket takes what the kernel has room for, at most twice SO_SNDBUF plus twice the reader's
  SO_RCVBUF (socket(7)), and returns how much that was. sendall continues, and raises EAGAIN when there is no room.
- At the end of a stream recv(2) returns nothing, and the socket stays readable; a socket with room in its buffer stays
  writable. A level-triggered loop that keeps asking for either never waits (epoll(7)).
- recv(2) on a connection that the peer reset raises ECONNRESET, once.
- POSIX: the next descriptor gets the lowest free number, so a closed client's number goes to the next client. CPython,
  Lib/selectors.py: register raises KeyError for a number that it has, unregister ValueError for a closed socket's.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

DIGITS = 8
ANSWERED, CLOSED, CUT_SHORT, KEPT_OPEN = "answered", "closed", "cut short", "kept open"
# How the tutorial's client reports an answer.
SERVED = "served"
NO_ROOM = "BlockingIOError", "[Errno 11] Resource temporarily unavailable"
NO_NUMBER = "ValueError", "Invalid file descriptor: -1"
RESET = "ConnectionResetError", "[Errno 104] Connection reset by peer"


@dataclass(frozen=True)
class Death:
    """A server's uncaught exception: its type and text; `seen` is the client's report of it, where there is one."""

    kind: str
    message: str
    seen: str | None = None

    def __str__(self) -> str:
        return self.seen or f"{self.kind}: {self.message}"


# By server, what its mistakes make of each thing that a client does.
Mistakes = Mapping[str, Mapping[str, str | Death]]


@dataclass(frozen=True)
class Suite:
    """Servers with mistakes, and what is expected of them and of their client.

    `answered` is how the client reports an answer, `client_exit` its exit status. `sleepless` names each server whose
    loop never waits again, and after what. Such a loop takes at least the share `spins` of a processor, however many
    other processes want it; a loop that waits takes at most `waits` seconds, since two clocks count them in steps of
    10 ms. `kept` is how many clients each of some servers still has while nobody sends anything.
    """

    mistakes: Mistakes
    sleepless: Mapping[str, str]
    kept: Mapping[str, int]
    answered: str
    client_exit: int
    spins: float
    waits: float
    longest_piece: int
    least_idle: float


RIGHT = "right"
# The one server that makes all of the tutorial's mistakes.
TUTORIAL = "wrong"
SLEEPLESS = {"empty-read": "half closed", "write-interest": "silent"}
# The songs of labs/programs/songs.py: of five bytes, `2024` and a line's end, behind a size without an end.
SIZE_OF_DIGITS = int("5" + "2024\n")
TUTORIAL_SUITE = Suite(
    mistakes={
        TUTORIAL: {
            "request in pieces": CLOSED,
            "request with its body": "no answer",
            "two requests together": CUT_SHORT,
            "size before words": "ValueError",
            "size before digits": f"size {SIZE_OF_DIGITS}",
            "slow reader": CUT_SHORT,
            "half close": "never ended",
            "reset": Death(*RESET, seen="server gone"),
        }
    },
    sleepless={TUTORIAL: "half close"},
    kept={RIGHT: 0},
    answered=SERVED,
    client_exit=1,  # not every request was served
    spins=0.05,
    waits=0.03,
    longest_piece=4,  # with 5 bytes the first piece of `get lyrics` would name a song, one that does not exist
    least_idle=0.5,
)


def one_each(servers: Collection[str], letters: bytes, digits: bytes, first_descriptor: int) -> Suite:
    """Servers with one mistake each: those of `outcomes` that are among `servers`."""
    every = outcomes(letters, digits, first_descriptor)
    sleepless = {name: SLEEPLESS[name] for name in servers if name in SLEEPLESS}
    return Suite(
        mistakes={name: every[name] for name in every if name in servers},
        sleepless=sleepless,
        # The half-closed client where its end is ignored, else the silent one: the right server closed the other.
        kept={RIGHT: int("silent" in sleepless.values()), **dict.fromkeys(sleepless, 1)},
        answered=ANSWERED,
        client_exit=0,
        spins=0.03,
        waits=0.02,
        longest_piece=11,  # a request has twelve bytes; in a single piece nothing could go wrong
        least_idle=1,
    )


def read_as_size(body: bytes) -> int | Death:
    """The result of int() on a size with all of its payload behind it."""
    read = b"%0*d" % (DIGITS, len(body)) + body
    try:
        return int(read)
    except ValueError as error:
        return Death("ValueError", str(error))


def outcomes(letters: bytes, digits: bytes, first_descriptor: int) -> Mistakes:
    """The outcomes for a client, by server and by the client's behaviour.

    `letters` and `digits` are two uploads; `first_descriptor` is the number that the first client gets.
    """
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
