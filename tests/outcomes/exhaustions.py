"""Checks of an exhaustions scenario: the descriptors of each server, before and after, and that all four live on."""

from collections.abc import Callable

from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction
from scenarios.theory.acceptors import ACCEPTORS


def test_the_effective_limits_are_the_ones_asked_for(evidence: Evidence, prediction: Prediction) -> None:
    limits = {name: evidence.services[name].sampled("ready").nofile_soft for name in ACCEPTORS}
    assert limits == dict.fromkeys(ACCEPTORS, prediction.facts["full"])


def test_the_descriptors_open_before_the_first_client_are_what_theory_counts(
    evidence: Evidence, prediction: Prediction
) -> None:
    seen = {name: evidence.services[name].sampled("ready").descriptors for name in ACCEPTORS}
    assert seen == prediction.facts["descriptors"]


def test_every_server_has_used_up_its_descriptors(evidence: Evidence, prediction: Prediction) -> None:
    seen = {name: evidence.services[name].sampled("held").descriptors for name in ACCEPTORS}
    assert seen == dict.fromkeys(ACCEPTORS, prediction.facts["full"])


def test_every_server_lives_on(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    lives = {name: machine(name).run(f"kill -0 {evidence.services[name].pid}").rc == 0 for name in ACCEPTORS}
    assert lives == dict.fromkeys(ACCEPTORS, True)
