"""Checks of a transfers scenario, run on the living machines: limits, descriptors, watched sets, bytes, and the server's fate.

Every expected number comes from the prediction and the scenario's parameters; every measured one from /proc, from the engine's
log store, or from the side that did not send the bytes.
"""

import hashlib

import pytest

from labs.programs.protocol import payload
from scenarios.theory import selector_on


@pytest.fixture(scope="session")
def server(evidence):
    """What the server left."""
    return evidence.services["server"]


@pytest.fixture(scope="session")
def client(evidence):
    """What the client left."""
    return evidence.services["client"]


@pytest.fixture(scope="session")
def on_linux(server):
    """Skips a check that reads the server's own descriptors: under Wine they are not those of the Windows program."""
    if server.platform != "linux":
        pytest.skip(f"{server.platform} has no /proc of its own")


def test_the_logs_are_complete(evidence):
    assert {name: one.logs for name, one in evidence.services.items()} == dict.fromkeys(evidence.services, "complete")


def test_the_server_runs_on_the_platform_that_theory_assumed(server):
    assert server.last("ready")["platform"] == server.platform


def test_the_effective_limits_are_the_ones_asked_for(evidence, server):
    asked = evidence.scenario.services["server"].nofile
    sample = server.sample("ready")
    assert (sample.nofile_soft, sample.nofile_hard) == (asked, asked)


@pytest.mark.usefixtures("on_linux")
def test_the_descriptors_open_before_the_first_client_are_what_theory_counts(server, prediction):
    assert (server.last("ready")["descriptors"], server.sample("ready").descriptors) == (prediction.descriptors,) * 2


@pytest.mark.usefixtures("on_linux")
def test_each_connected_client_takes_one_descriptor(server, client, prediction, measured):
    if measured.error is not None:
        pytest.skip("the server had died before all clients were connected")
    assert server.sample("connected").descriptors == prediction.descriptors + client.last("connected")["clients"]


@pytest.mark.usefixtures("on_linux")
def test_epoll_watches_the_listener_and_every_client(evidence, server, client, measured):
    if selector_on(server.platform, str(evidence.scenario.parameters["selector"])) != "epoll" or measured.error is not None:
        pytest.skip("no epoll set to look into")
    assert server.sample("connected").watched == 1 + client.last("connected")["clients"]


def test_all_clients_were_connected_before_the_first_transfer(client, measured):
    assert client.last("connected")["clients"] == measured.served


def test_the_server_lives_unless_its_death_was_predicted(server, machine, prediction):
    program = next(event["pid"] for event in server.events if event["event"] == "started")
    lives = machine("server").run(f"kill -0 {program}").rc == 0
    assert lives == (prediction.outcome.error is None)
    assert (server.exit_status is None) == lives


def test_the_server_counts_the_same_bytes_and_hashes_as_the_clients(evidence, server, measured):
    if measured.error is not None:
        pytest.skip("nothing is transferred when the server dies while clients connect")
    size = evidence.scenario.number("size")
    closed = [event for event in server.events if event["event"] == "closed"]
    assert len(closed) == measured.served
    assert {(event["sent"], event["received"]) for event in closed} == {(size, size)}
    assert {event["sent_sha256"] for event in closed} == {hashlib.sha256(payload(1, size)).hexdigest()}
    # Each client sends bytes of its own, so two equal hashes would be two streams mixed up.
    assert len({event["received_sha256"] for event in closed}) == measured.served


def test_a_client_is_refused_exactly_when_the_server_died(client, prediction):
    assert (client.last("refused") is None) == (prediction.outcome.error is None)
