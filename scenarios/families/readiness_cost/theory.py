"""The cost of a call of select, poll or epoll with N idle descriptors, and how many select has room for. Pure.

It rests on three rules:

- Linux, fs/select.c: select and poll ask every descriptor's driver at each call, so a call costs a + b * N; CPython's
  select.select() also builds its sets for each call.
- Linux, fs/eventpoll.c: epoll_wait takes what is on its list of ready descriptors, however many others are idle.
- A straight line a + b * N grows as N to a power below 1 if a is not small against b * N, and never above 1; `LINEAR`
  allows for that.
"""

from collections.abc import Mapping

from scenarios.judging.quantities import Exactly, Json, Read, plainly
from scenarios.theory.descriptors import FD_SETSIZE, STANDARD_STREAMS

# The exponents that measurements of a flat cost, or of a linear one from LEAST_IDLE on, may show.
FLAT = (-0.25, 0.25)
LINEAR = (0.6, 1.3)
LEAST_IDLE = 50
# The largest N is at least this many times the smallest, or growth does not stand out from noise.
LEAST_SPREAD = 8
# With N idle descriptors a call of select or poll costs at least 1 + N / this times as much as with none: a call by
# itself costs less than so many idle descriptors add.
WORTH_A_CALL = 100
# And a call of epoll costs at most this many times as much.
STILL_FLAT = 2.0
# Without idle descriptors the three do the same work, but for what CPython does for each.
ALIKE = 5.0
# The ready descriptor, and epoll's own.
OTHERS = 2


def descriptors(idle: int) -> int:
    """Descriptors that are open while `idle` ones are watched beside the ready one."""
    return STANDARD_STREAMS + OTHERS + idle


def watched(idle: int) -> int:
    """Descriptors in the epoll set: the idle ones and the ready one."""
    return idle + 1


def most_idle(platform: str) -> int:
    """How many idle descriptors select accepts: they get the lowest free numbers, which must be below FD_SETSIZE."""
    # epoll's own descriptor comes after them, and select does not watch it.
    return FD_SETSIZE[platform] - STANDARD_STREAMS - 1


def times_the_cost(idle: int) -> float:
    """The least cost of a call of select or poll with so many idle descriptors, as a multiple of that with none."""
    return 1 + idle / WORTH_A_CALL


class Series(Exactly):
    """A cost for each number of descriptors in this list of texts; the relations say how it grows."""

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        return super().difference(list(measured) if isinstance(measured, Mapping) else [], read)


def in_words(curve: Json) -> str:
    """The costs of a mechanism, or the numbers of idle descriptors for which a cost is expected."""
    if isinstance(curve, Mapping):
        return f"{' '.join(f'{float(cost):.1f}' for cost in curve.values())} µs"
    return f"for {', '.join(curve)} idle"


def spread_enough(numbers: list[int]) -> bool:
    """Whether these numbers of idle descriptors suffice: one to compare with none, or three or more to show growth."""
    if len(numbers) == 1:
        return numbers[0] >= LEAST_IDLE
    apart = len(set(numbers)) >= 3 and numbers == sorted(set(numbers))
    return apart and numbers[0] >= LEAST_IDLE and numbers[-1] >= LEAST_SPREAD * numbers[0]
