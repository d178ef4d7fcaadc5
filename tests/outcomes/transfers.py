"""Checks of a transfers scenario, on the living machines: limits, descriptors, watched sets, bytes, the server's fate.

Every expected number comes from the prediction and the scenario's parameters; every measured one from /proc, from the
engine's log store, or from the side that did not send the bytes.
"""

import hashlib
from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from labs.programs.protocol import payload
from scenarios.evidence import Evidence, ServiceEvidence
from scenarios.families.base import Prediction
from scenarios.quantities import Exactly, Json

# Bytes of which two clients may have the same by chance: 2 ** 64 contents are enough for all.
FEW = 8


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    """What the server left."""
    return evidence.services["server"]


@pytest.fixture(scope="session")
def client(evidence: Evidence) -> ServiceEvidence:
    """What the client left."""
    return evidence.services["client"]


@pytest.fixture(scope="session")
def on_linux(server: ServiceEvidence) -> None:
    """Skips a check that reads the server's own descriptors: under Wine they are not those of the Windows program."""
    if server.platform != "linux":
        pytest.skip(f"{server.platform} has no /proc of its own")


def test_the_effective_limits_are_the_ones_asked_for(evidence: Evidence, server: ServiceEvidence) -> None:
    asked = evidence.scenario.services["server"].nofile
    effective = server.sampled("ready")
    assert (effective.nofile_soft, effective.nofile_hard) == (asked, asked)


@pytest.mark.usefixtures("on_linux")
def test_the_descriptors_open_before_the_first_client_are_what_theory_counts(
    server: ServiceEvidence, prediction: Prediction
) -> None:
    counted = prediction.facts["descriptors"]
    assert (server.said("ready")["descriptors"], server.sampled("ready").descriptors) == (counted, counted)


@pytest.mark.usefixtures("on_linux")
def test_each_connected_client_takes_one_descriptor(
    server: ServiceEvidence, client: ServiceEvidence, prediction: Prediction, measured: Mapping[str, Json]
) -> None:
    if measured["error"] is not None:
        pytest.skip("the server had died before all clients were connected")
    expected = prediction.facts["descriptors"] + client.said("connected")["clients"]
    assert server.sampled("connected").descriptors == expected


@pytest.mark.usefixtures("on_linux")
def test_epoll_watches_the_listener_and_every_client(
    server: ServiceEvidence, client: ServiceEvidence, prediction: Prediction, measured: Mapping[str, Json]
) -> None:
    if prediction.facts["selector"] != "epoll" or measured["error"] is not None:
        pytest.skip("no epoll set to look into")
    assert server.sampled("connected").watched == 1 + client.said("connected")["clients"]


def test_all_clients_were_connected_before_the_first_transfer(
    client: ServiceEvidence, measured: Mapping[str, Json]
) -> None:
    assert client.said("connected")["clients"] == measured["served"]


def test_the_server_lives_unless_its_death_was_predicted(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    program = server.pid
    lives = machine("server").run(f"kill -0 {program}").rc == 0
    assert lives == (prediction.expected["error"] == Exactly(None))
    assert (server.exit_status is None) == lives


def test_the_server_counts_the_same_bytes_and_hashes_as_the_clients(
    evidence: Evidence, server: ServiceEvidence, measured: Mapping[str, Json]
) -> None:
    if measured["error"] is not None:
        pytest.skip("nothing is transferred when the server dies while clients connect")
    size, served = evidence.scenario.number("size"), int(measured["served"])
    closed = [one for one in server.events if one["event"] == "closed"]
    assert len(closed) == served
    assert {(one["sent"], one["received"]) for one in closed} == {(size, size)}
    assert {one["sent_sha256"] for one in closed} == {hashlib.sha256(payload(1, size)).hexdigest()}
    # Each client sends bytes of its own, so two equal hashes would be two streams mixed up; few bytes may be equal.
    distinct = len({payload(1 + number, size) for number in range(1, served + 1)}) if size <= FEW else served
    assert len({one["received_sha256"] for one in closed}) == distinct


def test_a_client_is_refused_exactly_when_the_server_died(client: ServiceEvidence, prediction: Prediction) -> None:
    assert (client.last("refused") is None) == (prediction.expected["error"] == Exactly(None))
