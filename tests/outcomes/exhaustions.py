"""Checks of an exhaustions scenario: the descriptors of each server, before and after, and that all live on."""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.evidence import Evidence, ServiceEvidence
from scenarios.families.base import Prediction


@pytest.fixture(scope="session")
def servers(evidence: Evidence, prediction: Prediction) -> dict[str, ServiceEvidence]:
    """What each server left."""
    return {name: evidence.services[name] for name in prediction.facts["descriptors"]}


def test_the_effective_limits_are_the_ones_asked_for(
    servers: dict[str, ServiceEvidence], prediction: Prediction
) -> None:
    limits = {name: server.sampled("ready").nofile_soft for name, server in servers.items()}
    assert limits == dict.fromkeys(servers, prediction.facts["full"])


def test_the_descriptors_open_before_the_first_client_are_what_theory_counts(
    servers: dict[str, ServiceEvidence], prediction: Prediction
) -> None:
    seen = {name: server.sampled("ready").descriptors for name, server in servers.items()}
    assert seen == prediction.facts["descriptors"]


def test_every_server_has_used_up_its_descriptors(servers: dict[str, ServiceEvidence], prediction: Prediction) -> None:
    seen = {name: server.sampled("held").descriptors for name, server in servers.items()}
    assert seen == dict.fromkeys(servers, prediction.facts["full"])


def test_every_server_lives_on(servers: dict[str, ServiceEvidence], machine: Callable[[str], Host]) -> None:
    lives = {name: machine(name).run(f"kill -0 {server.pid}").rc == 0 for name, server in servers.items()}
    assert lives == dict.fromkeys(servers, True)
