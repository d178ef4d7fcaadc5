"""Checks of readiness_cost: open and watched descriptors are those that theory counts."""

from scenarios.errors import EvidenceError
from scenarios.families.base import Prediction
from scenarios.results.evidence import Evidence


def test_each_mechanism_waits_in_its_own_system_call_for_all_descriptors(
    evidence: Evidence, prediction: Prediction
) -> None:
    loop = evidence.services["loop"]
    loop.sampled("waiting")
    waits = [one.main_wait() for one in loop.samples_at("waiting")]
    if not all(wait.sleeps for wait in waits):
        raise EvidenceError("the program had not begun to wait when the lab looked: the machine is too busy")
    watched = prediction.facts["watched"]
    assert [wait.mechanism for wait in waits] == ["select", "poll", "epoll"] * len(watched)
    assert [wait.size for wait in waits if wait.mechanism == "poll"] == watched
    assert all(wait.size > n for wait, n in zip(waits[::3], watched, strict=True) if wait.size is not None)


def test_the_requested_descriptors_are_open(evidence: Evidence, prediction: Prediction) -> None:
    loop = evidence.services["loop"]
    loop.sampled("watching")
    assert [look.descriptors for look in loop.samples_at("watching")] == prediction.facts["descriptors"]


def test_epoll_watches_all_descriptors(evidence: Evidence, prediction: Prediction) -> None:
    loop = evidence.services["loop"]
    loop.sampled("watching")
    assert [look.watched for look in loop.samples_at("watching")] == prediction.facts["watched"]
