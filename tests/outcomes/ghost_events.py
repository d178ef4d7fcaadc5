"""Checks of ghost_events: the epoll sets and the descriptors that the kernel shows."""

from scenarios.families.base import Prediction
from scenarios.results.evidence import Evidence
from scenarios.theory.descriptors import STANDARD_STREAMS

EPOLL_SETS = 2


def test_both_epoll_sets_stay(evidence: Evidence) -> None:
    program = evidence.services["program"]
    assert {program.sampled(moment).epoll_sets for moment in ("registered", "closed", "copies-closed")} == {EPOLL_SETS}


def test_the_watched_descriptors_are_closed_and_their_copies_are_not(
    evidence: Evidence, prediction: Prediction
) -> None:
    """A pipe has a reading end, its copy, and a writing end."""
    program, pipes = evidence.services["program"], 2 * prediction.facts["count"]
    own = STANDARD_STREAMS + EPOLL_SETS
    open_then = [program.sampled(moment).descriptors - own for moment in ("registered", "closed", "copies-closed")]
    assert open_then == [3 * pipes, 2 * pipes, 0]
