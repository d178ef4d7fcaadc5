"""Who waits for ever when threads take several locks, one after the other, and keep the first ones. Pure.

Coffman, Elphick and Shoshani, System Deadlocks (1971): who holds and waits in a circle waits for ever. Where all take
the locks in one order there is no circle: whoever holds the highest of those taken waits for nobody.
"""

from collections.abc import Iterable, Mapping, Sequence

ORDERS = ("opposite", "same")
# The first lock that a thread takes, and the second, which it needs beside it.
Pair = tuple[int, int]


def ring(threads: int, order: str) -> list[Pair]:
    """Thread k needs lock k and the next one, the last thread its own and lock 0.

    In the `opposite` order each begins with its own, in the `same` order each with the lower of the two.
    """
    pairs = [(number, (number + 1) % threads) for number in range(threads)]
    return [(min(pair), max(pair)) for pair in pairs] if order == "same" else pairs


def holders(pairs: Sequence[Pair]) -> dict[int, int]:
    """Which thread holds each first lock once as many have one as can; of those that want the same, the first does."""
    holding: dict[int, int] = {}
    for thread, (first, _) in enumerate(pairs):
        holding.setdefault(first, thread)
    return holding


def stuck(pairs: Sequence[Pair]) -> set[int]:
    """The threads that never get both, when all hold their first lock, as far as there are so many, and go on then.

    A thread with both gives both back when it is through.
    """
    holding, left = holders(pairs), set(range(len(pairs)))
    while through := _who_can(pairs, holding, left):
        for thread in through:
            left.discard(thread)
        holding = {lock: thread for lock, thread in holding.items() if thread in left}
        for thread in left:
            holding.setdefault(pairs[thread][0], thread)
    return left


def _who_can(pairs: Sequence[Pair], holding: Mapping[int, int], left: Iterable[int]) -> list[int]:
    """Those that hold their first lock, and whose second nobody else holds."""
    return [t for t in left if holding.get(pairs[t][0]) == t and holding.get(pairs[t][1], t) == t]
