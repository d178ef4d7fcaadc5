"""Checks of server_models: every server had the same load, used no CPU while idle, and still runs."""

from collections import Counter
from collections.abc import Callable

from testinfra.host import Host

from scenarios.errors import OutOfTime, Unavailable
from scenarios.families.base import Prediction
from scenarios.judging.waiting import NAMES
from scenarios.results.evidence import Evidence
from scenarios.theory import mechanisms

# The others wait with epoll. A parent of threads or processes polls its listener.
# Bytes of a request and of its answer, each with the headers of IP and TCP.
EACH_REQUEST = 2 * (64 + 40)
WAITS_IN = {"select": "select", "poll": "poll", "threads": "poll", "fork": "poll"}


def test_every_server_had_the_same_number_of_clients_and_rounds(evidence: Evidence, prediction: Prediction) -> None:
    paced = [event for event in evidence.services["client"].events if event["event"] == "paced"]
    names = list(prediction.facts["mechanisms"])
    assert [event["server"] for event in paced] == names * (len(paced) // len(names))
    assert len({len(event["latencies"]) for event in paced}) == 1
    assert evidence.services["client"].exit_status == 0


def test_no_server_uses_the_cpu_while_its_clients_are_idle(evidence: Evidence, prediction: Prediction) -> None:
    # So only the server whose turn it is takes part in a measurement.
    for name in prediction.facts["mechanisms"]:
        assert evidence.services[name].spent("rests", "rested") == 0, name


def test_every_server_waits_in_the_system_call_of_its_mechanism(evidence: Evidence, prediction: Prediction) -> None:
    waits = {name: evidence.services[name].sampled("rested").main_wait() for name in prediction.facts["mechanisms"]}
    waiting = {name: wait.mechanism for name, wait in waits.items() if wait.mechanism in NAMES}
    if waiting.keys() != waits.keys():
        raise OutOfTime("this machine is too busy: a server was not waiting after its rest")
    assert waiting == {name: WAITS_IN.get(name, "epoll") for name in waits}


def test_every_server_watches_its_clients_and_what_its_loop_has_for_itself(
    evidence: Evidence, prediction: Prediction
) -> None:
    clients = int(evidence.scenario.number("clients"))
    watched = {name: evidence.services[name].sampled("rested").watched for name in prediction.facts["mechanisms"]}
    assert watched == {name: mechanisms.watched(name, clients) for name in watched}


def test_each_thread_and_each_process_waits_for_its_client(evidence: Evidence) -> None:
    # A few may still be on their way from an answer to the next wait.
    for name in ("threads", "fork"):
        waits = evidence.services[name].sampled("rested").waits
        if not waits:
            raise Unavailable("this machine does not show in which system call a thread waits")
        calls = Counter(one.call for one in waits[1:])
        assert 2 * calls["recvfrom"] > len(waits), (name, calls)


def test_every_server_got_the_requests_that_the_client_reports(evidence: Evidence, prediction: Prediction) -> None:
    # On the local engine all services share one network, so that each of them counts the bytes of all servers.
    names, told = prediction.facts["mechanisms"], evidence.services["client"].said("compared")
    servers = len(names) if evidence.engine == "local" else 1
    least = servers * told["parts"] * told["requests"] * EACH_REQUEST
    for name in names:
        server = evidence.services[name]
        carried = server.carried("asked 0 times", f"asked {told['parts']} times")
        assert carried >= least, f"{name}: {least} bytes of requests were expected, and its network carried {carried}"


def test_every_server_is_still_running(
    evidence: Evidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    pids = {name: evidence.services[name].pid for name in prediction.facts["mechanisms"]}
    assert [name for name, pid in pids.items() if machine(name).run(f"kill -0 {pid}").rc] == []
