"""How many processors computing can use: what one interpreter's lock allows, and what the kernel gives. Pure.

- One interpreter runs one thread at a time (CPython's global interpreter lock), so that all its threads use at most one
  processor, and coroutines, which are one thread, too. Processes have an interpreter each.
- A process that only computes is always running or ready to run. So what workers want is known on a busy machine too:
  the part of its time that each was one or the other (Linux, /proc/PID/schedstat), summed over all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("coroutines", "threads", "processes")
# Clocks of two kinds are compared, and starting and ending count too.
ROOM = 1.15
# What one thread alone never wants, however clocks of two kinds differ.
MORE_THAN_ONE = 1.3
# Who gets less than this part of what it could use shares the machine with others.
UNDISTURBED = 0.85
# Two processors may be two halves of one core, which do less than twice the work: the least that a second one adds.
SURELY_GAINED = 0.6


@dataclass(frozen=True)
class Share:
    """What a worker did: pieces of work, and seconds on a processor, ready to run without one, and in all."""

    pieces: int
    ran: float
    queued: float
    lasted: float


def used(shares: Sequence[Share]) -> float:
    """How many processors they had at the same time, in the mean."""
    return sum(one.ran for one in shares) / max(one.lasted for one in shares)


def wanted(shares: Sequence[Share]) -> float:
    """How many they would have had, had there been enough."""
    return sum((one.ran + one.queued) / one.lasted for one in shares)


def surely_wanted(workers: int) -> float:
    """What so many processes want at least: half-way from one, which is all that one interpreter can want, to all.

    A virtual machine's host takes processors too, which no clock within tells of.
    """
    return (1 + workers) / 2


def pace(shares: Sequence[Share]) -> float:
    """Pieces of work in a second."""
    return sum(one.pieces for one in shares) / max(one.lasted for one in shares)


def usable(kind: str, workers: int, cores: int) -> int:
    """How many processors so many workers of a kind can use."""
    return min(workers, cores) if kind == "processes" else 1


def gain(workers: int, cores: int) -> tuple[float, float]:
    """(at least, at most) how many times the work of one thread processes do in the same time."""
    count = usable("processes", workers, cores)
    return (1 + SURELY_GAINED * (count - 1)) / ROOM**2, count * ROOM**2


def disturbed(had: float, asked: float, cores: int) -> bool:
    """Whether others took processors from somebody who wanted `asked` of them and had `had`."""
    return had < UNDISTURBED * min(asked, cores)
