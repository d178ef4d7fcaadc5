"""Checks of blocked_loop: one thread, its CPU time, and an answer to every request."""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.errors import OutOfTime
from scenarios.families.base import Prediction
from scenarios.judging.waiting import NAMES
from scenarios.results.evidence import Evidence, ServiceEvidence

# The part of its time that work that sleeps may use at most, and the seconds that a request may take.
SPINNING, EACH = 0.2, 0.0003
# How a thread sleeps for a time.
SLEEPS = {"clock_nanosleep", "nanosleep"}
# Bytes of a request and of its answer, each with the headers of IP and TCP.
EACH_REQUEST = 2 * 41


@pytest.fixture(scope="session")
def servers(evidence: Evidence, prediction: Prediction) -> dict[str, ServiceEvidence]:
    return {name: evidence.services[name] for name in prediction.facts["loops"]}


def test_one_thread_serves_all_clients_before_and_after_the_work(
    servers: dict[str, ServiceEvidence], prediction: Prediction
) -> None:
    if prediction.facts["pool"]:
        pytest.skip("a pool has threads or processes of its own")
    for server in servers.values():
        assert [server.sampled(moment).threads for moment in ("connected", "finished")] == [1, 1], server.name
    # A thread that existed only during the work is gone by then, but its CPU time is still counted.
    gone = [name for name, server in servers.items() if server.lost_a_thread("connected", "finished")]
    assert not gone, f"a thread of {', '.join(gone)} ended during the work"


def test_a_pool_has_workers_beside_the_loop(servers: dict[str, ServiceEvidence], prediction: Prediction) -> None:
    if not prediction.facts["pool"]:
        pytest.skip("the work runs in the loop")
    for server in servers.values():
        after = server.sampled("finished")
        assert (after.processes, after.threads) != (1, 1), f"{server.name} has one thread: no worker did the work"


def test_the_work_took_at_least_as_long_as_requested(evidence: Evidence, servers: dict[str, ServiceEvidence]) -> None:
    stall = float(evidence.scenario.parameters["stall"])
    took = {name: evidence.services[f"client-{name}"].said("finished")["worked"] for name in servers}
    early = {name: seconds for name, seconds in took.items() if seconds < stall}
    assert not early, f"work of {stall:g} s was answered after {early}"


def test_only_work_that_computes_used_the_cpu(
    evidence: Evidence, servers: dict[str, ServiceEvidence], prediction: Prediction
) -> None:
    stall, computes = float(evidence.scenario.parameters["stall"]), evidence.scenario.parameters["kind"] == "compute"
    requests = prediction.facts["requests"]
    for server in servers.values():
        before, after = server.sampled("connected"), server.sampled("finished")
        spent = after.all_cpu_seconds - before.all_cpu_seconds  # with the processes of a pool
        # Work that spins shares the CPU with other programs, and uses only a part of its time.
        assert spent >= 0.9 * stall if computes else spent <= SPINNING * stall + requests * EACH, (server.name, spent)


def test_a_loop_waits_for_events_during_the_work_only_if_the_work_yields(
    evidence: Evidence, servers: dict[str, ServiceEvidence]
) -> None:
    # Work that sleeps: a blocked loop sleeps in another system call than that of its mechanism.
    yields = evidence.scenario.parameters["yields"] != "no"
    if evidence.scenario.parameters["kind"] != "sleep":
        pytest.skip("work that computes runs, and waits for nothing")
    for name, server in servers.items():
        finished = evidence.services[f"client-{name}"].said("finished")
        wait = server.sampled("working").main_wait()
        # On the clock that all programs of a machine share.
        within = finished["in_time"] and server.said("worked")["begun"] <= finished["looked"]
        if not within or (yields and wait.call == "running"):
            raise OutOfTime(f"this machine is too busy: the lab could not look at {name} during the work")
        assert (wait.mechanism in NAMES) == yields, name


def test_every_loop_waits_with_epoll_before_the_work(evidence: Evidence, servers: dict[str, ServiceEvidence]) -> None:
    # asyncio and gevent choose it on Linux, and a learner what they like. A server that has just answered may not wait.
    ours = {name: server for name, server in servers.items() if not evidence.scenario.services[name].code}
    waits = {name: server.sampled("connected").main_wait().mechanism for name, server in ours.items()}
    assert {name: wait for name, wait in waits.items() if wait in NAMES and wait != "epoll"} == {}


def test_a_worker_of_the_pool_sleeps_during_the_work(
    evidence: Evidence, servers: dict[str, ServiceEvidence], prediction: Prediction
) -> None:
    if not prediction.facts["pool"] or evidence.scenario.parameters["kind"] != "sleep":
        pytest.skip("no worker sleeps")
    for name, server in servers.items():
        finished, waits = evidence.services[f"client-{name}"].said("finished"), server.sampled("working").waits
        if not finished["in_time"] or not waits:
            raise OutOfTime(f"this machine is too busy: the lab could not look at {name} during the work")
        assert SLEEPS & {one.call for one in waits}, f"{name}: no thread sleeps, and these calls wait: {waits}"


def test_the_requests_were_on_the_network(
    evidence: Evidence, servers: dict[str, ServiceEvidence], prediction: Prediction
) -> None:
    for name, server in servers.items():
        carried, least = server.carried("connected", "finished"), prediction.facts["requests"] * EACH_REQUEST
        assert carried >= least, f"{name}: {least} bytes of requests were expected, and its network carried {carried}"


def test_every_request_was_answered(evidence: Evidence, prediction: Prediction) -> None:
    for name in prediction.facts["loops"]:
        client = evidence.services[f"client-{name}"]
        answers = [one for event in client.events if event["event"] == "requests" for one in event["requests"]]
        assert (len(answers), client.exit_status) == (prediction.facts["requests"], 0)


def test_the_servers_are_still_running(servers: dict[str, ServiceEvidence], machine: Callable[[str], Host]) -> None:
    for name, server in servers.items():
        assert machine(name).run(f"kill -0 {server.pid}").rc == 0
