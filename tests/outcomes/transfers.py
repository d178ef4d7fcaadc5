"""Checks of transfers: limits, descriptors, watched sets, bytes, and whether the server survives.

Every expected number comes from the prediction and the scenario's parameters; every measured one from /proc, from the
engine's log store, or from the side that did not send the bytes.
"""

import hashlib
from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from labs.programs.clients.transfer_ragged import BEGINNING
from labs.programs.protocol import payload
from scenarios.errors import OutOfTime
from scenarios.families.base import Prediction
from scenarios.judging.quantities import Exactly, Json
from scenarios.judging.unread import all_was_read
from scenarios.judging.waiting import NAMES, Look, sleeps_in, what_is_left
from scenarios.results.evidence import Evidence, ServiceEvidence

# With so few bytes or fewer, two clients may have the same content by chance.
FEW = 8
# Of so many clients the server sees at least one request in parts, however busy the machine is.
SURELY_SEEN = 20


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    return evidence.services["server"]


@pytest.fixture(scope="session")
def client(evidence: Evidence) -> ServiceEvidence:
    return evidence.services["client"]


def mechanism(prediction: Prediction) -> str:
    """Select in slices is select."""
    return "select" if prediction.facts["selector"] == "sliced" else str(prediction.facts["selector"])


@pytest.fixture(scope="session")
def on_linux(server: ServiceEvidence) -> None:
    """Skips checks that read the server's descriptors: under Wine they are not those of the Windows program."""
    if server.platform != "linux":
        pytest.skip(f"{server.platform} has no /proc of its own")


def test_the_effective_limits_are_those_of_the_scenario(evidence: Evidence, server: ServiceEvidence) -> None:
    asked = evidence.scenario.services["server"].nofile
    effective = server.sampled("ready")
    assert (effective.nofile_soft, effective.nofile_hard) == (asked, asked)


@pytest.mark.usefixtures("on_linux")
def test_before_the_first_client_the_predicted_descriptors_are_open(
    server: ServiceEvidence, prediction: Prediction
) -> None:
    said, counted = server.said("ready")["descriptors"], server.sampled("ready").descriptors
    assert said == counted
    assert prediction.facts["descriptors"] <= counted <= prediction.facts["most_descriptors"]


@pytest.mark.usefixtures("on_linux")
def test_each_connected_client_takes_one_descriptor(
    server: ServiceEvidence, client: ServiceEvidence, measured: Mapping[str, Json]
) -> None:
    if measured["error"] is not None:
        pytest.skip("the server had died before all clients were connected")
    expected = server.sampled("ready").descriptors + client.said("connected")["clients"]
    assert server.sampled("connected").descriptors == expected


@pytest.mark.usefixtures("on_linux")
def test_epoll_watches_the_listener_and_every_client(
    server: ServiceEvidence, client: ServiceEvidence, prediction: Prediction, measured: Mapping[str, Json]
) -> None:
    if prediction.facts["selector"] != "epoll" or measured["error"] is not None:
        pytest.skip("the server has no epoll set, or died")
    # A server may also watch descriptors that it holds for itself, such as a self-pipe.
    held = server.sampled("ready").descriptors - prediction.facts["descriptors"]
    watched = server.sampled("connected").watched
    assert watched is not None
    assert 0 <= watched - (1 + client.said("connected")["clients"]) <= held


@pytest.mark.usefixtures("on_linux")
def test_with_all_clients_connected_the_server_waits_for_them_in_its_mechanism(
    evidence: Evidence,
    server: ServiceEvidence,
    client: ServiceEvidence,
    prediction: Prediction,
    measured: Mapping[str, Json],
) -> None:
    wait = server.sampled("connected").main_wait() if measured["error"] is None else None
    ours = not evidence.scenario.services["server"].code and prediction.facts["selector"] != "sliced"
    if wait is None or not (wait.sleeps or (ours and wait.mechanism in NAMES)):
        pytest.skip("the server was not waiting at that moment, or had died")
    assert wait.mechanism == mechanism(prediction)
    assert wait.sleeps, f"it waits with a timeout: {wait}"
    if wait.mechanism == "poll":
        assert wait.size == 1 + client.said("connected")["clients"]


@pytest.mark.usefixtures("on_linux")
def test_the_server_waits_in_its_mechanism_while_clients_connect(
    server: ServiceEvidence, client: ServiceEvidence, prediction: Prediction
) -> None:
    # Also of a server that dies later.
    looks = [server.sampled(event["moment"]) for event in client.events if event["event"] == "more"]
    waits = [look.main_wait() for look in looks]
    wrong = [wait for wait in waits if wait.mechanism in NAMES and wait.mechanism != mechanism(prediction)]
    assert not wrong, f"it waits in {wrong}"


@pytest.fixture(scope="session")
def left(on_linux: None, server: ServiceEvidence, look: Look) -> str | None:
    """What the server keeps of its clients."""
    if server.exit_status is not None:
        pytest.skip("the server has died")
    return what_is_left(look, "server", server.sampled("ready").descriptors)


def test_no_descriptor_thread_or_child_of_a_client_is_left(left: str | None) -> None:
    assert left is None, left


def test_without_clients_the_server_sleeps_in_the_system_call_of_its_mechanism(
    server: ServiceEvidence, look: Look, prediction: Prediction, left: str | None
) -> None:
    if left is not None:
        pytest.skip("the server keeps something of its clients, as another check says")
    sleeps_in(look, "server", mechanism(prediction), server.sampled("ready").descriptors)


def test_all_clients_were_connected_before_the_first_transfer(
    client: ServiceEvidence, measured: Mapping[str, Json]
) -> None:
    assert client.said("connected")["clients"] == measured["served"]


def test_all_clients_were_served_at_the_same_time_by_one_thread(
    evidence: Evidence, server: ServiceEvidence, measured: Mapping[str, Json]
) -> None:
    if measured["error"] is not None:
        pytest.skip("nothing is transferred if the server dies while clients connect")
    # Halfway every client has its download and is still connected; the uploads come after that.
    held, halfway, moved = server.sampled("connected"), server.sampled("halfway"), int(measured["served"])
    moved *= evidence.scenario.number("size")
    assert server.carried("connected", "halfway") >= moved
    assert server.carried("halfway", "ended") >= moved - int(measured["served"]) * BEGINNING
    if server.platform == "linux":
        assert halfway.descriptors == held.descriptors
        assert {(one.threads, one.processes) for one in (held, halfway)} == {(1, 1)}
        assert not server.lost_a_thread("connected", "halfway"), "a thread served clients, and ended before the look"


def test_the_clients_read_all_that_came(machine: Callable[[str], Host], measured: Mapping[str, Json]) -> None:
    if measured["error"] is not None:
        pytest.skip("a refused client may leave with bytes unread")
    all_was_read(machine("client"))


def test_ragged_requests_came_in_parts_and_together_and_the_others_did_not(
    evidence: Evidence, server: ServiceEvidence, measured: Mapping[str, Json]
) -> None:
    closed = [one for one in server.events if one["event"] == "closed" and "joined" in one]
    if not closed or measured["error"] is not None:
        pytest.skip("the server does not tell how its requests came")
    ragged = evidence.scenario.parameters.get("model") == "ragged"
    assert all(one["joined"] >= 1 if ragged else one["joined"] == 0 for one in closed)
    cut = sum(one["cut"] for one in closed)
    assert not cut or ragged
    if ragged and not cut and len(closed) < SURELY_SEEN:
        raise OutOfTime("this machine may be too busy: the server read each request in one, and no part by itself")
    assert cut or not ragged


def test_the_server_runs_unless_its_death_was_predicted(
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
        pytest.skip("nothing is transferred if the server dies while clients connect")
    size, served = evidence.scenario.number("size"), int(measured["served"])
    closed = [one for one in server.events if one["event"] == "closed"]
    assert len(closed) == served
    assert {(one["sent"], one["received"]) for one in closed} == {(size, size)}
    assert {one["sent_sha256"] for one in closed} == {hashlib.sha256(payload(1, size)).hexdigest()}
    # Each client sends bytes of its own, so two equal hashes would be two streams mixed up; few bytes may be equal.
    distinct = len({payload(1 + number, size) for number in range(1, served + 1)}) if size <= FEW else served
    assert len({one["received_sha256"] for one in closed}) == distinct


def test_a_client_was_refused_only_if_the_server_died(client: ServiceEvidence, prediction: Prediction) -> None:
    assert (client.last("refused") is None) == (prediction.expected["error"] == Exactly(None))
