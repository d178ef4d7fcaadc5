"""Checks of a scans scenario: what was timed had as many descriptors, and watched as many, as theory counts."""

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction


def test_the_descriptors_are_open_that_were_asked_for(evidence: Evidence, prediction: Prediction) -> None:
    loop = evidence.services["loop"]
    loop.sampled("watching")
    assert [look.descriptors for look in loop.samples_at("watching")] == prediction.facts["descriptors"]


def test_epoll_watches_all_of_them(evidence: Evidence, prediction: Prediction) -> None:
    loop = evidence.services["loop"]
    loop.sampled("watching")
    assert [look.watched for look in loop.samples_at("watching")] == prediction.facts["watched"]
