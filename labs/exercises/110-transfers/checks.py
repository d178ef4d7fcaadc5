"""Checks of this exercise: one thread of one process moved all those bytes."""

from scenarios.evidence import Evidence


def test_one_thread_served_them_all(evidence: Evidence) -> None:
    seen = evidence.services["server"].sampled("connected")
    assert (seen.processes, seen.threads) == (1, 1), f"{seen.threads} threads of {seen.processes} processes were seen"
