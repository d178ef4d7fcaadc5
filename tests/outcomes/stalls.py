"""Checks of a stalls scenario, on the living machines: one thread, its processor's time, and every request answered."""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.evidence import Evidence, ServiceEvidence
from scenarios.families.base import Prediction


@pytest.fixture(scope="session")
def servers(evidence: Evidence, prediction: Prediction) -> dict[str, ServiceEvidence]:
    """What each server left."""
    return {name: evidence.services[name] for name in prediction.facts["loops"]}


def test_one_thread_serves_all_before_and_after_the_work(servers: dict[str, ServiceEvidence]) -> None:
    for server in servers.values():
        assert [server.sampled(moment).threads for moment in ("connected", "finished")] == [1, 1], server.name
    # One that came and went with the work is gone by then, but not what it had of the processor.
    gone = [name for name, server in servers.items() if server.lost_a_thread("connected", "finished")]
    assert not gone, f"a thread of {', '.join(gone)} ended meanwhile"


def test_the_work_was_answered_no_sooner_than_it_takes(evidence: Evidence, servers: dict[str, ServiceEvidence]) -> None:
    stall = float(evidence.scenario.parameters["stall"])
    took = {name: evidence.services[f"client-{name}"].said("finished")["worked"] for name in servers}
    early = {name: seconds for name, seconds in took.items() if seconds < stall}
    assert not early, f"work of {stall:g} s was answered after {early}"


def test_the_processor_worked_exactly_where_computing_was_asked_for(
    evidence: Evidence, servers: dict[str, ServiceEvidence]
) -> None:
    stall, computes = float(evidence.scenario.parameters["stall"]), evidence.scenario.parameters["kind"] == "compute"
    for server in servers.values():
        spent = server.sampled("finished").cpu_seconds - server.sampled("connected").cpu_seconds
        assert (spent >= 0.9 * stall) == computes, (server.name, spent)


def test_every_request_was_answered(evidence: Evidence, prediction: Prediction) -> None:
    for name in prediction.facts["loops"]:
        client = evidence.services[f"client-{name}"]
        told = [one for event in client.events if event["event"] == "requests" for one in event["requests"]]
        assert (len(told), client.exit_status) == (prediction.facts["requests"], 0)


def test_the_servers_live(servers: dict[str, ServiceEvidence], machine: Callable[[str], Host]) -> None:
    for name, server in servers.items():
        assert machine(name).run(f"kill -0 {server.pid}").rc == 0
