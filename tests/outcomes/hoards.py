"""Checks of a hoards scenario, on the living machines: whose descriptors those are that the server runs out of."""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.evidence import Evidence, ServiceEvidence
from scenarios.families.base import Prediction


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    """What the server left."""
    return evidence.services["server"]


def test_the_effective_limit_is_the_one_asked_for(evidence: Evidence, server: ServiceEvidence) -> None:
    asked = evidence.scenario.services["server"].nofile
    effective = server.sampled("ready")
    assert (effective.nofile_soft, effective.nofile_hard) == (asked, asked)


def test_before_the_first_client_it_has_the_descriptors_of_a_clean_server(
    server: ServiceEvidence, prediction: Prediction
) -> None:
    assert server.sampled("ready").descriptors == prediction.facts["descriptors"]


def test_it_lives_unless_its_death_was_predicted(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    lives = machine("server").run(f"kill -0 {server.pid}").rc == 0
    assert lives == (prediction.json()["error"] is None)


def test_the_song_of_each_client_is_still_open_when_all_have_gone(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    if server.exit_status is not None:
        pytest.skip("the server has died")
    links = machine("server").run(f"ls -l /proc/{server.pid}/fd").stdout.splitlines()
    assert sum(line.endswith(f"/{prediction.facts['file']}") for line in links) == prediction.facts["files"]
