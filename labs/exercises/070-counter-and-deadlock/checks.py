"""Checks of this exercise: the counter and the locks tell what was done with them."""

import pytest

from scenarios.evidence import Evidence


def test_every_update_was_a_read_and_a_write_by_its_thread(evidence: Evidence) -> None:
    service = evidence.services.get("threads-lock")
    if service is None:
        pytest.skip("nothing is counted here")
    workers, updates = evidence.scenario.number("workers"), evidence.scenario.number("updates")
    watched = service.said("watched")
    wanted, seen = (workers * updates, workers), (watched["writes"], watched["writers"])
    assert watched["reads"] > wanted[0], f"{wanted[0]} reads were expected, and {watched['reads'] - 1} were seen"
    assert seen == wanted, f"{wanted[0]} writes by {wanted[1]} threads were expected, and {seen[0]} by {seen[1]} seen"


def test_each_thread_had_both_its_locks_at_the_same_time(evidence: Evidence) -> None:
    if "threads-lock" in evidence.services:
        pytest.skip("there is no ring here")
    count = evidence.scenario.number("threads")
    wanted = sorted(sorted((number, (number + 1) % count)) for number in range(count))
    pairs = evidence.services["threads"].said("locked")["pairs"]
    assert pairs == wanted, f"each of {count} threads should have had two locks, and {len(pairs)} had"
