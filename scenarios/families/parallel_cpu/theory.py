"""How many CPUs computing can use: what an interpreter's GIL allows, and what the kernel gives. Pure.

- A CPython build with a GIL runs one thread of an interpreter at a time, so all its threads use at most one CPU; so do
  coroutines, which are one thread. Processes have an interpreter each. None of this holds for free-threaded builds.
- A process that only computes is always running or ready to run. So the CPUs that workers want are known on a busy
  machine too: the share of its time that each was one or the other (Linux, /proc/PID/schedstat), summed over all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("coroutines", "threads", "processes")
# A factor for the difference between two kinds of clocks, and for starting and ending.
ROOM = 1.15
# More CPUs than a single thread ever wants, however much two kinds of clocks differ.
MORE_THAN_ONE = 1.3
# The least part of its time in which a thread that only computes runs or is ready to; one that sleeps is neither.
COMPUTES = 0.5
# Workers that get less than this share of the CPUs that they could use share the machine with other processes.
UNDISTURBED = 0.85
# Two CPUs may be two hardware threads of one core, and do less than twice the work: the least that a second one adds.
SURELY_GAINED = 0.6


@dataclass(frozen=True)
class Share:
    """The work of one worker: `pieces`, and seconds on a CPU (`ran`), waiting for one (`queued`), and in all."""

    pieces: int
    ran: float
    queued: float
    lasted: float


def used(shares: Sequence[Share]) -> float:
    """How many CPUs the workers had at the same time, on average."""
    return sum(one.ran for one in shares) / max(one.lasted for one in shares)


def wanted(shares: Sequence[Share]) -> float:
    """How many CPUs they would have had if there were enough."""
    return sum((one.ran + one.queued) / one.lasted for one in shares)


def surely_wanted(workers: int) -> float:
    """CPUs that so many processes want at least: half-way from one, all that one interpreter can want, to all."""
    # The host of a virtual machine takes CPU time too, and no clock within shows that.
    return (1 + workers) / 2


def pace(shares: Sequence[Share]) -> float:
    """Pieces of work per second."""
    return sum(one.pieces for one in shares) / max(one.lasted for one in shares)


def usable(kind: str, workers: int, cores: int) -> int:
    """How many CPUs so many workers of a kind can use."""
    return min(workers, cores) if kind == "processes" else 1


def gain(workers: int, cores: int) -> tuple[float, float]:
    """(least, most): the work of so many processes as a multiple of one thread's in the same time."""
    count = usable("processes", workers, cores)
    return (1 + SURELY_GAINED * (count - 1)) / ROOM**2, count * ROOM**2


def disturbed(had: float, asked: float, cores: int) -> bool:
    """Whether other processes took CPU time from workers that wanted `asked` CPUs and had `had`."""
    return had < UNDISTURBED * min(asked, cores)
