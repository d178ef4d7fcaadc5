"""Checks of this exercise: the counter records how the threads used it, and the lab's watcher reports it."""

from scenarios.results.evidence import Evidence

UNUSED = {"reads": 0, "writes": 0, "writers": 0, "overtaken": 0, "turns": 0}


def seen(evidence: Evidence) -> dict[str, int]:
    """The record of the busiest counter."""
    counters: list[dict[str, int]] = evidence.services["threads-lock"].observed()["counters"]
    return max(counters, key=lambda one: one["writes"], default=UNUSED)


def test_each_thread_read_and_wrote_the_counter_for_every_update(evidence: Evidence) -> None:
    workers, updates = evidence.scenario.number("workers"), evidence.scenario.number("updates")
    counter, wanted = seen(evidence), workers * updates
    reads, writes, writers = counter["reads"], counter["writes"], counter["writers"]
    assert reads >= wanted, f"{wanted} reads were expected, and {reads} were counted"
    assert (writes, writers) == (wanted, workers), (
        f"{wanted} writes by {workers} threads were expected, and {writes} by {writers} were counted"
    )


def test_no_thread_wrote_between_the_read_and_the_write_of_another(evidence: Evidence) -> None:
    counter = seen(evidence)
    assert not counter["overtaken"], (
        f"each write should be one more than the last value, which its thread has read; {counter['overtaken']} of "
        f"{counter['writes']} writes were not"
    )


def test_the_threads_took_turns_by_a_lock(evidence: Evidence) -> None:
    workers = evidence.scenario.number("workers")
    taken = max(evidence.services["threads-lock"].observed()["acquired"], default=0)
    turns = seen(evidence)["turns"]
    # The watcher sees each threading.Lock. Threads with another kind of lock take turns more often than once each.
    assert taken >= workers or turns > workers, (
        f"a threading.Lock that {workers} threads take was expected; the busiest was taken {taken} times, and the "
        f"threads wrote in {turns} turns, one thread after the other"
    )
