"""Checks of this exercise: the lab's watcher of locks reports which locks each thread held at the same time."""

from collections import defaultdict

from scenarios.results.evidence import Evidence

Pair = tuple[int, int]


def holders(evidence: Evidence) -> dict[Pair, set[int]]:
    """By two locks: the threads that held both at the same time."""
    found: dict[Pair, set[int]] = defaultdict(set)
    for thread, one, other in evidence.services["threads"].observed()["pairs"]:
        found[min(one, other), max(one, other)].add(thread)
    return found


def ring(count: int, first: int) -> list[Pair]:
    """The pairs of a ring of locks with the numbers from `first` on."""
    pairs = [(first + number, first + (number + 1) % count) for number in range(count)]
    return [(min(pair), max(pair)) for pair in pairs]


def test_each_thread_held_both_its_locks_at_the_same_time(evidence: Evidence) -> None:
    count, held = evidence.scenario.number("threads"), holders(evidence)
    # A program may make locks of its own before those of the ring.
    rings = [ring(count, first) for first in range(1 + max((low for low, _ in held), default=0))]
    wanted = max(rings, key=lambda pairs: sum(pair in held for pair in pairs))
    there = [pair for pair in wanted if pair in held]
    assert there == wanted, (
        f"each of the {count} pairs of neighbouring locks should have been held by a thread, both locks at the same "
        f"time; {len(there)} pairs were"
    )
    threads = set().union(*(held[pair] for pair in wanted))
    assert len(threads) >= count, f"{count} threads with two locks were expected, and {len(threads)} were seen"
