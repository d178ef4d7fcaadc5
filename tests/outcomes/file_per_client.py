"""Checks of file_per_client: the files of its clients are the descriptors that the server runs out of."""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from labs.programs.songs import SONGS
from scenarios.errors import Unavailable
from scenarios.families.base import Prediction
from scenarios.judging.waiting import NAMES
from scenarios.results.evidence import Evidence, ServiceEvidence

# The part of a while in which a loop that spins runs, or is ready to; one that sleeps does neither.
SPINNING = 0.5


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    return evidence.services["server"]


def test_the_effective_limit_is_that_of_the_scenario(evidence: Evidence, server: ServiceEvidence) -> None:
    asked = evidence.scenario.services["server"].nofile
    effective = server.sampled("ready")
    assert (effective.nofile_soft, effective.nofile_hard) == (asked, asked)


def test_before_the_first_client_only_the_servers_own_descriptors_are_open(
    server: ServiceEvidence, prediction: Prediction
) -> None:
    assert server.sampled("ready").descriptors == prediction.facts["descriptors"]


def test_the_server_runs_unless_its_death_was_predicted(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    lives = machine("server").run(f"kill -0 {server.pid}").rc == 0
    assert lives == (prediction.json()["error"] is None)


def test_with_all_clients_connected_each_has_its_file_and_its_socket(
    server: ServiceEvidence, evidence: Evidence, prediction: Prediction
) -> None:
    if server.exit_status is not None:
        pytest.skip("the server has died")
    held = server.sampled("connected")
    assert (held.threads, held.processes) == (1, 1)
    assert held.watched == (1 + prediction.facts["files"] if prediction.facts["selector"] == "epoll" else None)
    assert server.carried("ready", "connected") >= prediction.facts["files"] * len(SONGS[prediction.facts["file"]])


def test_each_client_takes_a_socket_and_a_file_of_its_own(server: ServiceEvidence, evidence: Evidence) -> None:
    before = server.sampled("ready")
    for event in evidence.services["client"].events:
        if event["event"] != "more":
            continue
        look, clients = server.sampled(event["moment"]), event["clients"]
        assert look.files is not None and before.files is not None
        assert (look.descriptors - before.descriptors, look.files - before.files) == (2 * clients, clients)


def test_with_all_clients_connected_the_server_sleeps_in_the_system_call_of_its_mechanism(
    server: ServiceEvidence, prediction: Prediction
) -> None:
    wait = server.sampled("connected").main_wait() if server.exit_status is None else None
    if wait is None or wait.mechanism not in NAMES:
        pytest.skip("the server was not waiting at that moment, or had died")
    assert wait.mechanism == prediction.facts["selector"]
    if wait.mechanism == "poll":
        assert wait.size == 1 + prediction.facts["files"]


@pytest.mark.parametrize(("before", "after"), [("first", "first was idle"), ("connected", "all were idle")])
def test_the_server_sleeps_while_its_clients_stay_connected(
    before: str, after: str, server: ServiceEvidence, evidence: Evidence
) -> None:
    # A client that leaves makes this server's loop spin: it runs then, or is ready to.
    first, last = server.looked(before), server.looked(after)
    if first is None or last is None:
        pytest.skip("the server had died")
    if first.queued is None or last.queued is None:
        raise Unavailable("this kernel does not show how long a thread waits for a CPU (/proc/PID/schedstat)")
    idle = [event["seconds"] for event in evidence.services["client"].events if event.get("moment") == after]
    worked = last.cpu_seconds + last.queued - first.cpu_seconds - first.queued
    assert worked < SPINNING * idle[-1]


def test_the_file_of_each_client_is_still_open_after_all_have_left(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    if server.exit_status is not None:
        pytest.skip("the server has died")
    links = machine("server").run(f"ls -l /proc/{server.pid}/fd").stdout.splitlines()
    assert sum(line.endswith(f"/{prediction.facts['file']}") for line in links) == prediction.facts["files"]
