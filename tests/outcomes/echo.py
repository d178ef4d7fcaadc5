"""Checks of echo: what the server has open, watches, waits in and reports when it is full, and keeps of its clients."""

import time
from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from labs.programs.clients.echo_client import PIECE
from scenarios.families.base import Prediction
from scenarios.judging.quantities import Json
from scenarios.judging.unread import all_was_read
from scenarios.judging.waiting import NAMES, SECONDS, Look, sleeps_in, what_is_left
from scenarios.results.evidence import Evidence, ServiceEvidence
from scenarios.theory.descriptors import EMFILE

# The others wait with epoll. A parent that serves no client itself polls its listener.
WAITS_IN = {
    "select": "select",
    "poll": "poll",
    "threads": "poll",
    "fork": "poll",
    "serial": "poll",
    "bounded": "select",
}
# Clients, and pieces of each, of which a watcher of greenlets sees enough.
MANY, SEVERAL = 20, 4
# A read of a socket that blocks.
RECEIVES = {"recvfrom", "recvmsg", "read"}


def waits_in(prediction: Prediction) -> str:
    return WAITS_IN.get(prediction.facts["mechanism"], "epoll")


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    return evidence.services["server"]


@pytest.fixture(scope="session")
def client(evidence: Evidence) -> ServiceEvidence:
    return evidence.services["client"]


def test_the_effective_limit_is_that_of_the_scenario(evidence: Evidence, server: ServiceEvidence) -> None:
    asked = evidence.scenario.services["server"].nofile
    effective = server.sampled("ready")
    assert (effective.nofile_soft, effective.nofile_hard) == (asked, asked)


def test_before_the_first_client_the_server_has_one_thread_and_the_predicted_descriptors(
    server: ServiceEvidence, prediction: Prediction
) -> None:
    ready = server.sampled("ready")
    assert (ready.processes, ready.threads, ready.descriptors) == (1, 1, prediction.facts["descriptors"])


def test_the_epoll_set_has_the_listener_every_client_and_the_mechanisms_own_descriptors(
    server: ServiceEvidence, prediction: Prediction, measured: Mapping[str, Json]
) -> None:
    if measured["error"] is not None:
        pytest.skip("a full server may have stopped listening, or have died")
    assert server.sampled("connected").watched == prediction.facts["watched"]


def test_all_clients_were_connected_before_the_first_sent_its_bytes(
    client: ServiceEvidence, measured: Mapping[str, Json]
) -> None:
    assert client.said("connected")["clients"] == measured["served"]


def test_every_byte_came_back(evidence: Evidence, client: ServiceEvidence, measured: Mapping[str, Json]) -> None:
    if measured["error"] is not None:
        pytest.skip("no bytes are sent after a client was refused")
    greetings = sum(len(f"client {number}") for number in range(1, int(measured["served"]) + 1))
    assert client.said("finished")["echoed"] == greetings + len("still") + measured[
        "served"
    ] * evidence.scenario.number("size")


def test_all_clients_were_served_at_the_same_time(
    evidence: Evidence, server: ServiceEvidence, prediction: Prediction, measured: Mapping[str, Json]
) -> None:
    if measured["error"] is not None:
        pytest.skip("no bytes are sent after a client was refused")
    size, served = evidence.scenario.number("size"), int(measured["served"])
    first = min(size, PIECE * -(-(size // 2) // PIECE))  # whole pieces
    # Halfway every client is still connected, and its first half went both ways; its second half came after that.
    held = server.sampled("connected")
    halfway = server.sampled("halfway")
    assert (halfway.descriptors, halfway.threads, halfway.processes) == (held.descriptors, held.threads, held.processes)
    assert server.carried("connected", "halfway") >= 2 * served * first
    assert server.carried("halfway", "finished") >= 2 * served * (size - first)


def test_the_client_read_all_that_came_back(machine: Callable[[str], Host], measured: Mapping[str, Json]) -> None:
    if measured["error"] is not None:
        pytest.skip("a refused client may leave with bytes unread")
    all_was_read(machine("client"))


def test_the_server_runs_unless_its_death_was_predicted(
    server: ServiceEvidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    lives = machine("server").run(f"kill -0 {server.pid}").rc == 0
    assert lives == (prediction.facts["refusal"] != "dies")
    assert (server.exit_status is None) == lives


def test_connected_clients_are_still_served_unless_the_loop_has_ended(
    client: ServiceEvidence, prediction: Prediction
) -> None:
    if prediction.facts["answers"] is None:
        pytest.skip("threads may answer until the interpreter has ended")
    assert client.said("connected")["answered"] == prediction.facts["answers"]


def test_the_server_reports_missing_descriptors_unless_its_library_closes_clients_silently(
    server: ServiceEvidence, prediction: Prediction
) -> None:
    if prediction.facts["refusal"] not in ("waits", "closes"):
        pytest.skip("the server has enough descriptors, or died with an error")
    server.whole_logs()
    assert (EMFILE in server.stderr_tail) == (prediction.facts["refusal"] == "waits")


def test_with_all_clients_connected_the_server_waits_for_them_in_its_mechanism(
    evidence: Evidence, server: ServiceEvidence, prediction: Prediction, measured: Mapping[str, Json]
) -> None:
    wait = server.sampled("connected").main_wait() if measured["error"] is None else None
    if wait is None or not (wait.sleeps or (wait.mechanism in NAMES and not evidence.scenario.services["server"].code)):
        pytest.skip("the server was not waiting at that moment, or had died")
    assert wait.mechanism == waits_in(prediction)
    assert wait.sleeps, f"it waits with a timeout: {wait}"
    if prediction.facts["mechanism"] == "poll":
        assert wait.size == 1 + int(measured["served"])


def test_each_thread_or_process_waits_for_its_client(
    evidence: Evidence, server: ServiceEvidence, prediction: Prediction, measured: Mapping[str, Json]
) -> None:
    # A few may still be on their way from an answer to the next wait.
    if prediction.facts["mechanism"] not in ("threads", "fork") or measured["error"] is not None:
        pytest.skip("no thread or process serves one client alone, or the server may have died")
    if evidence.scenario.services["server"].code:
        pytest.skip("a learner's thread may wait by other means")
    waits = [one for one in server.sampled("connected").waits if (one.process, one.thread) != (server.pid, server.pid)]
    receiving = sum(one.call in RECEIVES for one in waits)
    assert 2 * receiving > len(waits) or not waits, f"{receiving} of {len(waits)} wait for bytes of a client"


def test_each_client_of_gevent_is_served_by_a_greenlet_of_its_own(
    evidence: Evidence, server: ServiceEvidence, prediction: Prediction, measured: Mapping[str, Json]
) -> None:
    # The watcher looks each time that the switches have doubled, so it misses some, and clients that send little.
    served, pieces = int(measured["served"]), evidence.scenario.number("size") // PIECE
    ours = evidence.scenario.services["server"].through and not evidence.scenario.services["server"].code
    if prediction.facts["mechanism"] != "gevent" or not ours or served < MANY or pieces < SEVERAL or measured["error"]:
        pytest.skip("no watcher counts greenlets here, or it would count too few")
    serving = server.observed()["serving"]
    assert serving >= served / 2, f"{serving} greenlets served {served} clients"


def test_a_server_that_serves_one_at_a_time_waits_for_it_without_a_timeout(
    evidence: Evidence, server: ServiceEvidence, prediction: Prediction
) -> None:
    if prediction.facts["mechanism"] != "serial" or server.exit_status is not None:
        pytest.skip("the server serves several clients, or has died")
    if evidence.scenario.services["server"].code:
        pytest.skip("a learner's server may wait by other means")
    wait = server.sampled("connected").main_wait()
    assert wait.call in {*RECEIVES, "running"}, f"it waits in {wait.call}, and not in recv()"


@pytest.fixture(scope="session")
def left(server: ServiceEvidence, look: Look, prediction: Prediction) -> str | None:
    """What the server keeps of its clients. Refused ones leave too; gevent and asyncio notice that after a pause."""
    if server.exit_status is not None:
        pytest.skip("the server has died")
    return what_is_left(look, "server", prediction.facts["descriptors"])


def test_no_descriptor_thread_or_child_of_a_client_is_left(
    server: ServiceEvidence, machine: Callable[[str], Host], left: str | None
) -> None:
    assert left is None, left
    until = time.monotonic() + SECONDS
    while (zombies := machine("server").run(f"ps -o pid= --ppid {server.pid}").stdout) and time.monotonic() < until:
        time.sleep(0.1)
    assert zombies == ""


def test_a_server_that_stopped_accepting_for_a_while_listens_again(
    server: ServiceEvidence, look: Look, prediction: Prediction, measured: Mapping[str, Json]
) -> None:
    if prediction.facts["refusal"] != "waits" or server.exit_status is not None:
        pytest.skip("the server did not stop accepting for a while, or has died")
    wanted = prediction.facts["watched"] - int(measured["served"])
    until = time.monotonic() + SECONDS
    while (sample := look("server")) and sample.watched != wanted and time.monotonic() < until:
        time.sleep(0.1)
    assert sample and sample.watched == wanted, f"{wanted} watched descriptors were expected: {sample}"


def test_without_clients_the_server_sleeps_in_the_system_call_of_its_mechanism(
    look: Look, prediction: Prediction, left: str | None
) -> None:
    if left is not None:
        pytest.skip("the server keeps something of its clients, as another check says")
    sleeps_in(look, "server", waits_in(prediction), prediction.facts["descriptors"])
