"""What asking for readiness costs with N idle descriptors, and how many select has room for. Pure.

It rests on three rules:

- Linux, fs/select.c: select and poll ask every descriptor's driver at each call, so a call costs a + b * N; CPython's
  select.select() also makes its sets anew for each call.
- Linux, fs/eventpoll.c: epoll_wait takes what is on its list of ready ones, whatever the number of those that are not.
- A straight line a + b * N grows as N to a power below 1 where a is not small against b * N, and never above 1; that is
  how far below `LINEAR` lets it be.
"""

from scenarios.theory.descriptors import FD_SETSIZE, STANDARD_STREAMS

# The powers of N between which a cost that is flat, or linear from LEAST_IDLE on, is seen to grow.
FLAT = (-0.25, 0.25)
LINEAR = (0.6, 1.3)
LEAST_IDLE = 50
# The largest N is this many times the smallest at least, or no growth stands out of the noise.
LEAST_SPREAD = 8
# With N idle ones a call of select or poll costs 1 + N / this many times as much as with none, or more: what a call
# costs by itself is less than what that many idle ones do.
WORTH_A_CALL = 100
# And one of epoll at most this many times as much.
STILL_FLAT = 2.0
# Without idle ones the three do the same work; what differs is how much CPython does for each.
ALIKE = 5.0
# The one that is ready, and epoll's own.
OTHERS = 2


def descriptors(idle: int) -> int:
    """Descriptors that are open while `idle` ones are watched beside the one that is ready."""
    return STANDARD_STREAMS + OTHERS + idle


def watched(idle: int) -> int:
    """Descriptors in the epoll set: the idle ones, and the one that is ready."""
    return idle + 1


def most_idle(platform: str) -> int:
    """How many idle ones select has room for: descriptors are the lowest free numbers, and stay below FD_SETSIZE.

    epoll's own descriptor comes after them, and select does not watch it.
    """
    return FD_SETSIZE[platform] - STANDARD_STREAMS - 1


def dearer(idle: int) -> float:
    """How many times as much a call of select or poll costs with so many idle ones as with none, at least."""
    return 1 + idle / WORTH_A_CALL


def spread_enough(numbers: list[int]) -> bool:
    """Whether growth can be told from these numbers of idle ones, or one alone compared with none."""
    if len(numbers) == 1:
        return numbers[0] >= LEAST_IDLE
    apart = len(set(numbers)) >= 3 and numbers == sorted(set(numbers))
    return apart and numbers[0] >= LEAST_IDLE and numbers[-1] >= LEAST_SPREAD * numbers[0]
