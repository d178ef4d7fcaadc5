"""Checks of hostile_clients: well-behaved clients are served during an attack, and the server keeps nothing of it."""

import hashlib
import re
from collections.abc import Callable

import pytest
from testinfra.host import Host

from labs.programs.protocol import payload
from scenarios.families.base import Prediction
from scenarios.families.hostile_clients import theory
from scenarios.judging.waiting import Look, sleeps_in
from scenarios.results.evidence import Evidence, ServiceEvidence

# The kernel's buffers take a smaller download whole, also of a client that never reads.
NEVER_WHOLE = 64 * 1024


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    return evidence.services["server"]


@pytest.fixture(scope="session")
def hostile(evidence: Evidence) -> ServiceEvidence:
    return evidence.services["hostile"]


def test_the_attack_began_before_the_first_client_connected(hostile: ServiceEvidence, prediction: Prediction) -> None:
    assert hostile.said("ready")["clients"] == prediction.facts["hostile"]


def test_the_server_had_a_connection_for_each_hostile_and_each_well_behaved_client(
    evidence: Evidence, server: ServiceEvidence, prediction: Prediction
) -> None:
    # By the server's own count, since hostile clients may report anything.
    numbers = [one["client"] for one in server.events if one["event"] == "closed"]
    assert max(numbers, default=0) >= prediction.facts["hostile"] + evidence.scenario.number("clients")


def test_the_attack_lasted_until_the_clients_had_finished(hostile: ServiceEvidence) -> None:
    finished = hostile.said("finished")
    assert finished["by"] == "truce"
    assert sum(finished["behaviours"].values()) > 0


def test_the_server_saw_what_hostile_clients_do(evidence: Evidence, server: ServiceEvidence) -> None:
    # Requests in parts, requests together, downloads that nobody took whole, and uploads of other sizes. A learner's
    # server does not tell how its requests came.
    size, seen = evidence.scenario.number("size"), [one for one in server.events if one["event"] == "closed"]
    telling = [one for one in seen if "cut" in one]
    # A learner's server may count what it has prepared, and a small download goes out whole.
    ends_anywhere = size < NEVER_WHOLE or evidence.scenario.services["server"].code is not None
    for what, found in {
        "requests in parts": not telling or any(one["cut"] for one in telling),
        "requests together": not telling or any(one["joined"] for one in telling),
        "downloads that were cut short": ends_anywhere or any(one["sent"] % size for one in seen),
        "uploads of other sizes": any(one["received"] not in (0, size) for one in seen),
    }.items():
        assert found, f"no hostile client made {what}"


def test_one_thread_served_all(evidence: Evidence, server: ServiceEvidence) -> None:
    if evidence.scenario.services["server"].code:
        pytest.skip("a learner may use threads")
    assert server.sampled("finished").threads == 1
    assert not server.lost_a_thread("ready", "finished"), "a thread came and went"


def test_the_server_accepted_every_hostile_connection_and_then_served_a_well_behaved_one(
    hostile: ServiceEvidence,
) -> None:
    assert (hostile.said("finished")["refused"], hostile.said("finished")["settled"]) == (0, True)


def test_the_server_is_still_running(server: ServiceEvidence, machine: Callable[[str], Host]) -> None:
    assert machine("server").run(f"kill -0 {server.pid}").rc == 0
    assert server.exit_status is None


def test_no_descriptor_of_the_attack_is_open_afterwards(server: ServiceEvidence, prediction: Prediction) -> None:
    ready = server.said("ready")["descriptors"]
    assert prediction.facts["descriptors"] <= ready <= prediction.facts["most_descriptors"]
    assert server.sampled("ready").descriptors == ready
    assert server.sampled("finished").descriptors == server.said("ready")["descriptors"]


def test_without_clients_the_server_sleeps_in_the_system_call_of_its_mechanism(
    server: ServiceEvidence, look: Look, prediction: Prediction
) -> None:
    sleeps_in(look, "server", prediction.facts["selector"], server.sampled("ready").descriptors)


def test_the_server_never_used_more_memory_than_predicted(
    evidence: Evidence, server: ServiceEvidence, machine: Callable[[str], Host]
) -> None:
    server.sampled("ready")
    begun = server.samples_at("ready")[0].resident
    status = machine("server").run(f"cat /proc/{server.pid}/status").stdout
    peak = 1024 * int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])
    assert peak - begun <= theory.kept(evidence.scenario.number("clients"), evidence.scenario.number("each"))


def test_the_kernel_buffers_no_more_for_a_peer_than_the_server_asked_for(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    ss = f"ss --listening --tcp --memory --no-header --numeric 'sport = :{server.said('ready')['port']}'"
    listening = machine("server").run(ss).stdout
    buffers = [int(size) for size in re.findall(r"\b(?:rb|tb)(\d+)", listening)]
    assert buffers == [prediction.facts["kernel_buffer"]] * 2


def test_the_server_counts_every_byte_of_the_well_behaved_clients(evidence: Evidence, server: ServiceEvidence) -> None:
    size, clients, seed = evidence.scenario.number("size"), evidence.scenario.number("clients"), 1
    uploads = {hashlib.sha256(payload(seed + number, size)).hexdigest() for number in range(1, clients + 1)}
    whole = [
        one for one in server.events if one["event"] == "closed" and (one["sent"], one["received"]) == (size, size)
    ]
    assert {one["received_sha256"] for one in whole} >= uploads
    download = hashlib.sha256(payload(seed, size)).hexdigest()
    assert {one["sent_sha256"] for one in whole if one["received_sha256"] in uploads} == {download}
