"""Checks of a crowds scenario: who waited was there at the same time, and all of them went on at the end."""

import pytest

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction
from scenarios.theory.costs import WAITERS


@pytest.mark.parametrize("kind", WAITERS)
def test_whoever_waited_went_on_at_the_end(kind: str, evidence: Evidence, prediction: Prediction) -> None:
    if kind == "threads" and prediction.facts["begun"] < prediction.facts["asked"]:
        pytest.skip("the program ended by the exception")
    assert evidence.services[kind].said("woken")["count"] == prediction.facts["waiting"][kind]


def test_each_was_one_process_throughout(evidence: Evidence) -> None:
    assert {look.processes for kind in WAITERS for look in evidence.services[kind].samples} == {1}


def test_only_threads_are_seen_by_the_kernel_as_they_come(evidence: Evidence, prediction: Prediction) -> None:
    grown = {
        (kind, event["waiting"]): evidence.services[kind].sampled(event["moment"]).threads
        for kind in WAITERS
        for event in evidence.services[kind].events
        if event["event"] == "grown"
    }
    assert grown == {(kind, count): 1 + count * (kind == "threads") for kind, count in grown}
    assert max(count for kind, count in grown if kind == "threads") == prediction.facts["begun"]


def test_memory_grew_with_each_step(evidence: Evidence) -> None:
    for kind in WAITERS:
        one = evidence.services[kind]
        moments = ["empty", *(event["moment"] for event in one.events if event["event"] == "grown")]
        used = [one.sampled(moment).memory or 0 for moment in dict.fromkeys(moments)]
        assert used == sorted(set(used)), kind
