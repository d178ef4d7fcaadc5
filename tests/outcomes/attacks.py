"""Checks of an attacks scenario, run on the living machines: who was served, under attack all the time, and what the
server kept of it.
"""

import hashlib
import re
from collections.abc import Callable

import pytest
from testinfra.host import Host

from labs.programs.protocol import payload
from scenarios.evidence import Evidence, ServiceEvidence
from scenarios.families.base import Prediction
from scenarios.theory import peers


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    """What the server left."""
    return evidence.services["server"]


@pytest.fixture(scope="session")
def hostile(evidence: Evidence) -> ServiceEvidence:
    """What the hostile clients left."""
    return evidence.services["hostile"]


def test_all_behaviours_attacked_before_the_first_client_came(hostile: ServiceEvidence, prediction: Prediction) -> None:
    assert hostile.said("ready")["clients"] == prediction.facts["hostile"]


def test_the_server_had_as_many_connections_as_there_were_attackers_and_clients(
    evidence: Evidence, server: ServiceEvidence, prediction: Prediction
) -> None:
    """By its own count of those who came: hostile clients may say what they like."""
    numbers = [one["client"] for one in server.events if one["event"] == "closed"]
    assert max(numbers, default=0) >= prediction.facts["hostile"] + evidence.scenario.number("clients")


def test_the_attack_went_on_until_the_clients_had_finished(hostile: ServiceEvidence) -> None:
    finished = hostile.said("finished")
    assert finished["by"] == "truce"
    assert sum(finished["behaviours"].values()) > 0


def test_the_server_took_every_hostile_connection_and_answered_an_honest_one_after_them(
    hostile: ServiceEvidence,
) -> None:
    assert (hostile.said("finished")["refused"], hostile.said("finished")["settled"]) == (0, True)


def test_the_server_lives(server: ServiceEvidence, machine: Callable[[str], Host]) -> None:
    assert machine("server").run(f"kill -0 {server.pid}").rc == 0
    assert server.exit_status is None


def test_nothing_of_the_attack_is_open_afterwards(server: ServiceEvidence, prediction: Prediction) -> None:
    assert server.said("ready")["descriptors"] == prediction.facts["descriptors"]
    assert server.sampled("finished").descriptors == server.said("ready")["descriptors"]


def test_the_server_never_had_more_memory_than_theory_allows(
    evidence: Evidence, server: ServiceEvidence, machine: Callable[[str], Host]
) -> None:
    server.sampled("ready")
    begun = server.samples_at("ready")[0].resident
    status = machine("server").run(f"cat /proc/{server.pid}/status").stdout
    peak = 1024 * int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])
    assert peak - begun <= peers.kept(evidence.scenario.number("clients"), evidence.scenario.number("each"))


def test_the_kernel_holds_no_more_of_a_peer_than_the_server_asked_it_to(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    ss = f"ss --listening --tcp --memory --no-header --numeric 'sport = :{server.said('ready')['port']}'"
    listening = machine("server").run(ss).stdout
    buffers = [int(size) for size in re.findall(r"\b(?:rb|tb)(\d+)", listening)]
    assert buffers == [prediction.facts["kernel_buffer"]] * 2


def test_the_server_counts_every_byte_of_the_well_behaved(evidence: Evidence, server: ServiceEvidence) -> None:
    size, clients, seed = evidence.scenario.number("size"), evidence.scenario.number("clients"), 1
    uploads = {hashlib.sha256(payload(seed + number, size)).hexdigest() for number in range(1, clients + 1)}
    whole = [
        one for one in server.events if one["event"] == "closed" and (one["sent"], one["received"]) == (size, size)
    ]
    assert {one["received_sha256"] for one in whole} >= uploads
    download = hashlib.sha256(payload(seed, size)).hexdigest()
    assert {one["sent_sha256"] for one in whole if one["received_sha256"] in uploads} == {download}
