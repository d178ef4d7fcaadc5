"""Checks of an echoes scenario, on the living machines: what the server has open, watches and waits in, what it tells
when it is full, and that nothing is left of its clients.
"""

import time
from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from scenarios.errors import Unavailable
from scenarios.evidence import Evidence, ServiceEvidence
from scenarios.families.base import Prediction
from scenarios.quantities import Json
from scenarios.theory.descriptors import EMFILE

# The system calls in which a process may wait, by their numbers (Linux, asm/unistd.h): select and pselect6, poll and
# ppoll, epoll_wait and its siblings. Whose first process serves nobody itself polls its listener.
CALLS = {
    "x86_64": {"select": {23, 270}, "poll": {7, 271}, "epoll": {232, 281, 441}},
    "aarch64": {"select": {72}, "poll": {73}, "epoll": {22, 441}},
}
WAITS_IN = {
    "select": "select",
    "poll": "poll",
    "threads": "poll",
    "fork": "poll",
    "serial": "poll",
    "bounded": "select",
}
SECONDS = 5.0


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    """What the server left."""
    return evidence.services["server"]


@pytest.fixture(scope="session")
def client(evidence: Evidence) -> ServiceEvidence:
    """What the client left."""
    return evidence.services["client"]


def test_the_effective_limit_is_the_one_asked_for(evidence: Evidence, server: ServiceEvidence) -> None:
    asked = evidence.scenario.services["server"].nofile
    effective = server.sampled("ready")
    assert (effective.nofile_soft, effective.nofile_hard) == (asked, asked)


def test_before_the_first_client_it_is_one_thread_with_the_descriptors_that_theory_counts(
    server: ServiceEvidence, prediction: Prediction
) -> None:
    ready = server.sampled("ready")
    assert (ready.processes, ready.threads, ready.descriptors) == (1, 1, prediction.facts["descriptors"])


def test_the_epoll_set_has_the_mechanisms_own_the_listener_and_every_client(
    server: ServiceEvidence, prediction: Prediction, measured: Mapping[str, Json]
) -> None:
    if measured["error"] is not None:
        pytest.skip("a server that is full may have stopped listening, or have died")
    assert server.sampled("connected").watched == prediction.facts["watched"]


def test_all_clients_were_connected_before_the_first_sent_its_bytes(
    client: ServiceEvidence, measured: Mapping[str, Json]
) -> None:
    assert client.said("connected")["clients"] == measured["served"]


def test_every_byte_came_back(evidence: Evidence, client: ServiceEvidence, measured: Mapping[str, Json]) -> None:
    if measured["error"] is not None:
        pytest.skip("nothing is sent once a client was refused")
    greetings = sum(len(f"client {number}") for number in range(1, int(measured["served"]) + 1))
    assert client.said("finished")["echoed"] == greetings + len("still") + measured[
        "served"
    ] * evidence.scenario.number("size")


def test_it_lives_unless_its_death_was_predicted(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    lives = machine("server").run(f"kill -0 {server.pid}").rc == 0
    assert lives == (prediction.facts["refusal"] != "dies")
    assert (server.exit_status is None) == lives


def test_those_that_are_connected_are_served_on_unless_the_loop_that_serves_them_has_ended(
    client: ServiceEvidence, prediction: Prediction
) -> None:
    if prediction.facts["answers"] is None:
        pytest.skip("threads may answer until the interpreter has ended")
    assert client.said("connected")["answered"] == prediction.facts["answers"]


def test_it_tells_of_missing_descriptors_unless_it_is_one_that_sheds_silently(
    server: ServiceEvidence, prediction: Prediction
) -> None:
    if prediction.facts["refusal"] not in ("waits", "sheds"):
        pytest.skip("it has what it needs, or died, which its error tells")
    server.whole_logs()
    assert (EMFILE in server.stderr_tail) == (prediction.facts["refusal"] == "waits")


def test_it_waits_in_the_system_call_of_its_mechanism(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    if server.exit_status is not None:
        pytest.skip("the server has died")
    said = machine("server").run(f"uname -m; cat /proc/{server.pid}/syscall").stdout.split()
    if len(said) < 2 or not said[1].isdecimal() or said[0] not in CALLS:
        raise Unavailable("this machine does not tell in which system call a process waits")
    mechanism = prediction.facts["mechanism"]
    assert int(said[1]) in CALLS[said[0]][WAITS_IN.get(mechanism, "epoll")]


def test_nothing_of_its_clients_is_left(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    if server.exit_status is not None:
        pytest.skip("the server has died")
    # Clients that could not be served leave too, and gevent and asyncio see that after their pause alone.
    look = (
        f"ls /proc/{server.pid}/fd | wc -l; ls /proc/{server.pid}/task | wc -l; ps -o pid= --ppid {server.pid} | wc -l"
    )
    until = time.monotonic() + SECONDS
    while True:
        left = [int(word) for word in machine("server").run(look).stdout.split()]
        if left == [prediction.facts["descriptors"], 1, 0] or time.monotonic() > until:
            break
        time.sleep(0.1)
    assert left == [prediction.facts["descriptors"], 1, 0]
