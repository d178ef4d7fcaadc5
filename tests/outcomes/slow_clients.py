"""Checks of slow_clients: the sockets that the server has open while honest clients stay, and after all have left."""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.families.base import Prediction
from scenarios.judging.waiting import Look, closes_down_to
from scenarios.results.evidence import Evidence, ServiceEvidence

# A loop may open an epoll set, and a pair of sockets to wake itself, when it begins.
OWN = 3


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    return evidence.services["server"]


def test_after_the_attack_only_honest_clients_are_connected(
    server: ServiceEvidence, evidence: Evidence, prediction: Prediction
) -> None:
    connected = evidence.services["client"].said("attacked")["honest"]
    assert connected == prediction.facts["honest"], f"{connected} honest clients of {prediction.facts['honest']} stayed"
    held = server.sampled("attacked").descriptors - server.sampled("finished").descriptors
    assert held == connected, (
        f"{connected} descriptors for the honest clients were expected, and the server had {held} more than at the end"
    )


def test_a_client_that_never_reads_is_closed_only_when_no_byte_comes_or_goes(evidence: Evidence) -> None:
    if evidence.scenario.services["server"].code:
        pytest.skip("a learner's server may close it as soon as it keeps too many bytes for it")
    kept, idle = (
        evidence.services["client"].said("finished")["greedy_kept"],
        float(evidence.scenario.parameters["idle"]),
    )
    assert kept >= idle, f"it was closed after {kept} s, and not before {idle} s were expected"


def test_no_descriptor_of_a_client_is_left(server: ServiceEvidence, look: Look) -> None:
    closes_down_to(look, "server", server.sampled("ready").descriptors + OWN)


def test_the_server_is_still_running(server: ServiceEvidence, machine: Callable[[str], Host]) -> None:
    assert machine("server").run(f"kill -0 {server.pid}").rc == 0
    assert server.exit_status is None
