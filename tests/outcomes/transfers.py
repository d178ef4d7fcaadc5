"""Checks of a transfers scenario, run on the living machines: limits, descriptors, watched sets, bytes, and the
server's fate.

Every expected number comes from the prediction and the scenario's parameters; every measured one from /proc, from the
engine's log store, or from the side that did not send the bytes.
"""

import hashlib
from collections.abc import Callable

import pytest
from testinfra.host import Host

from labs.programs.protocol import payload
from scenarios.evidence import Evidence, Sample, ServiceEvidence
from scenarios.outcome import Outcome
from scenarios.theory import Prediction, selector_on


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    """What the server left."""
    return evidence.services["server"]


@pytest.fixture(scope="session")
def client(evidence: Evidence) -> ServiceEvidence:
    """What the client left."""
    return evidence.services["client"]


def sample(service: ServiceEvidence, moment: str) -> Sample:
    """The look at the service at that moment, which must have been possible."""
    found = service.sample(moment)
    assert found is not None, f"{service.name} was not looked at when {moment}"
    return found


@pytest.fixture(scope="session")
def on_linux(server: ServiceEvidence) -> None:
    """Skips a check that reads the server's own descriptors: under Wine they are not those of the Windows program."""
    if server.platform != "linux":
        pytest.skip(f"{server.platform} has no /proc of its own")


def test_the_logs_are_complete(evidence: Evidence) -> None:
    assert {name: one.logs for name, one in evidence.services.items()} == dict.fromkeys(evidence.services, "complete")


def test_the_server_runs_on_the_platform_that_theory_assumed(server: ServiceEvidence) -> None:
    assert server.said("ready")["platform"] == server.platform


def test_the_effective_limits_are_the_ones_asked_for(evidence: Evidence, server: ServiceEvidence) -> None:
    asked = evidence.scenario.services["server"].nofile
    effective = sample(server, "ready")
    assert (effective.nofile_soft, effective.nofile_hard) == (asked, asked)


@pytest.mark.usefixtures("on_linux")
def test_the_descriptors_open_before_the_first_client_are_what_theory_counts(
    server: ServiceEvidence, prediction: Prediction
) -> None:
    assert (server.said("ready")["descriptors"], sample(server, "ready").descriptors) == (prediction.descriptors,) * 2


@pytest.mark.usefixtures("on_linux")
def test_each_connected_client_takes_one_descriptor(
    server: ServiceEvidence, client: ServiceEvidence, prediction: Prediction, measured: Outcome
) -> None:
    if measured.error is not None:
        pytest.skip("the server had died before all clients were connected")
    assert sample(server, "connected").descriptors == prediction.descriptors + client.said("connected")["clients"]


@pytest.mark.usefixtures("on_linux")
def test_epoll_watches_the_listener_and_every_client(
    evidence: Evidence, server: ServiceEvidence, client: ServiceEvidence, measured: Outcome
) -> None:
    if (
        selector_on(server.platform, str(evidence.scenario.parameters["selector"])) != "epoll"
        or measured.error is not None
    ):
        pytest.skip("no epoll set to look into")
    assert sample(server, "connected").watched == 1 + client.said("connected")["clients"]


def test_all_clients_were_connected_before_the_first_transfer(client: ServiceEvidence, measured: Outcome) -> None:
    assert client.said("connected")["clients"] == measured.served


def test_the_server_lives_unless_its_death_was_predicted(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    program = server.said("started")["pid"]
    lives = machine("server").run(f"kill -0 {program}").rc == 0
    assert lives == (prediction.outcome.error is None)
    assert (server.exit_status is None) == lives


def test_the_server_counts_the_same_bytes_and_hashes_as_the_clients(
    evidence: Evidence, server: ServiceEvidence, measured: Outcome
) -> None:
    if measured.error is not None:
        pytest.skip("nothing is transferred when the server dies while clients connect")
    size = evidence.scenario.number("size")
    closed = [one for one in server.events if one["event"] == "closed"]
    assert len(closed) == measured.served
    assert {(one["sent"], one["received"]) for one in closed} == {(size, size)}
    assert {one["sent_sha256"] for one in closed} == {hashlib.sha256(payload(1, size)).hexdigest()}
    # Each client sends bytes of its own, so two equal hashes would be two streams mixed up.
    assert len({one["received_sha256"] for one in closed}) == measured.served


def test_a_client_is_refused_exactly_when_the_server_died(client: ServiceEvidence, prediction: Prediction) -> None:
    assert (client.last("refused") is None) == (prediction.outcome.error is None)
