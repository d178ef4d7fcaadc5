"""Checks of this exercise: one thread, little memory, no free descriptor, and SIGTERM in the middle of requests."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from testinfra.host import Host

from labs.idle_probe import server_address
from labs.programs.protocol import NOTHING, payload
from labs.silent_client import Silent, read_nothing
from labs.stop_probe import Messages, Stop, stop_server
from scenarios.errors import EvidenceError, OutOfTime, Unavailable
from scenarios.judging.quantities import Json
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence, ServiceEvidence
from scenarios.results.sample import Sample

# The lab's own server needs less than 1 KiB for a waiting client (connection.KEPT_IDLE). A thread, or a buffer of the
# usual 64 KiB, needs far more.
MOST_BYTES = 8 * 1024
# The lab lowers the limit of the running server, so that ROOM clients have a descriptor and MORE have none. While they
# are connected, the server may use a share of a processor.
ROOM, MORE, WITHIN, HELD, IDLE_SHARE = 20, 10, 10.0, 2.0, 0.03
# Requests that fit in one segment; their answers are more than the kernel buffers for the server.
GETS = 350
SET_LIMIT = """
import resource, sys
pid, soft, hard = map(int, sys.argv[1:])
resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
"""
# Connects clients and counts those that are answered, until nothing more happens. A child process keeps them connected.
FILL = """
import json, os, select, socket, sys, time
address, clients, room, within = (sys.argv[1], int(sys.argv[2])), *map(int, sys.argv[3:5]), float(sys.argv[5])
waiting, kept, answered, closed = set(), [], 0, 0
for _ in range(clients):
    try:
        sock = socket.create_connection(address, within)
        sock.sendall(b"put 0\\n")
        waiting.add(sock)
    except ConnectionError:
        closed += 1
until = time.monotonic() + within
while waiting and time.monotonic() < until:
    found = select.select(list(waiting), [], [], 1)[0]
    if not found and answered >= room:
        break
    for sock in found:
        waiting.remove(sock)
        try:
            whole = bool(sock.recv(100))
        except OSError:
            whole = False
        answered, closed = answered + whole, closed + (not whole)
        kept.append(sock)
holder = os.fork()
if holder:
    print(json.dumps({"holder": holder, "answered": answered, "closed": closed, "waiting": len(waiting)}), flush=True)
    os._exit(0)
os.setsid()
os.closerange(0, 3)
time.sleep(60)
"""


@dataclass(frozen=True)
class Full:
    """The clients that were answered and closed and that waited, and two samples with all of them connected."""

    found: dict[str, Any]
    before: Sample | None
    after: Sample | None


@pytest.fixture(scope="session")
def silent(evidence: Evidence, measured: Mapping[str, Json], machine: Callable[[str], Host], look: Look) -> Silent:
    if "hostile" not in evidence.services:
        pytest.skip("the bodies are so small that all answers of one turn fit into the buffers of the kernel")
    one = evidence.services["server"]
    if measured["error"] is not None or one.exit_status is not None:
        raise Unavailable("the server does not answer, as another check says")
    return read_nothing(one, machine, look)


@pytest.fixture(scope="session")
def server(evidence: Evidence, measured: Mapping[str, Json]) -> ServiceEvidence:
    if "hostile" in evidence.services:
        pytest.skip("the checks of the first part")
    if measured["error"] is not None:
        pytest.skip("the server had died before all clients were connected")
    return evidence.services["server"]


@pytest.fixture(scope="session")
def full(server: ServiceEvidence, machine: Callable[[str], Host], look: Look) -> Full:
    limits, now = server.sampled("ready"), look("server")
    if now is None:
        raise Unavailable("the server has ended")

    def set_limit(soft: int) -> None:
        done = machine("server").run("python3 -c %s %s %s %s", SET_LIMIT, *map(str, (server.pid, soft, hard)))
        if done.rc:
            raise EvidenceError(f"the server's limit cannot be set: {done.stderr.strip()[-200:]}")

    hard = limits.nofile_hard
    set_limit(now.descriptors + ROOM)
    port = str(server.said("ready")["port"])
    words = server_address(machine, port), port, str(ROOM + MORE), str(ROOM), str(WITHIN)
    done = machine("client").run("python3 -c %s %s %s %s %s %s", FILL, *words)
    if done.rc:
        raise EvidenceError(f"the lab's own clients could not look: {done.stderr.strip()[-200:]}")
    found = json.loads(done.stdout)
    before = look("server")
    time.sleep(HELD)
    after = look("server")
    machine("client").run("kill %s", str(found["holder"]))
    if after is not None:
        set_limit(limits.nofile_soft)
    return Full(found, before, after)


@pytest.fixture(scope="session")
def stop(
    server: ServiceEvidence,
    evidence: Evidence,
    full: Full,
    machine: Callable[[str], Host],
    look: Look,
    exit_status: Callable[[str], int | None],
) -> Stop:
    if full.after is None:
        raise Unavailable("the server ended when it had no free descriptor, as another check says")
    body = payload(1, evidence.scenario.number("size")).decode("latin-1")
    answer = hashlib.sha256(b"helloworld").hexdigest()
    messages = Messages(
        "put 0\n", f"{NOTHING}\n", "put 0\nput 10\nhello", f"{NOTHING}\n", "world", f"{answer}\n", "get\n",
        f"{len(body)}\n{body}", GETS,
    )  # fmt: skip
    return stop_server(server, machine, look, exit_status, messages)


def test_one_thread_holds_all_clients(server: ServiceEvidence) -> None:
    threads = server.sampled("connected").threads
    assert threads == 1, f"one thread was expected, and {threads} ran"


def test_a_waiting_client_needs_little_memory(server: ServiceEvidence, evidence: Evidence) -> None:
    before, with_all = server.sampled("ready"), server.sampled("connected")
    each = (with_all.resident - before.resident) / evidence.scenario.number("clients")
    assert each <= MOST_BYTES, f"at most {MOST_BYTES} bytes for each client were expected, and {each:.0f} were used"


def test_out_of_descriptors_the_clients_that_have_room_are_served(full: Full) -> None:
    assert full.after is not None, f"{ROOM + MORE} clients came, {ROOM} had room, and the server ended"
    if full.found["answered"] < ROOM and full.after.main_wait().call == "running":
        raise OutOfTime("this machine is too busy: the server still worked when the check gave up")
    assert full.found["answered"] == ROOM, (
        f"{ROOM + MORE} clients came and {ROOM} had room: {ROOM} were expected to be answered, "
        f"{full.found['answered']} were, {full.found['closed']} were closed, {full.found['waiting']} waited"
    )


def test_out_of_descriptors_the_server_sleeps(full: Full) -> None:
    if full.before is None or full.after is None:
        raise Unavailable("the server has ended, as another check says")
    used = full.after.cpu_seconds - full.before.cpu_seconds
    assert used <= IDLE_SHARE * HELD, (
        f"no descriptor was free, and no client came or left for {HELD:g} s: at most {IDLE_SHARE * HELD:g} s of CPU "
        f"time were expected, and {used:.2f} s were used"
    )


def test_a_client_that_does_not_read_delays_no_other(stop: Stop) -> None:
    stop.check_answers_beside_a_slow_client()


def test_a_client_that_reads_nothing_delays_no_other(silent: Silent) -> None:
    silent.check_another_is_answered()


def test_a_client_that_reads_nothing_is_not_read(silent: Silent) -> None:
    silent.check_is_not_read()


def test_idle_clients_cost_no_wake_ups(stop: Stop) -> None:
    stop.check_idle_clients_cost_nothing()


def test_a_request_that_was_under_way_is_finished(stop: Stop) -> None:
    stop.check_whole("within")


def test_the_rest_of_a_long_answer_is_sent(stop: Stop) -> None:
    stop.check_whole("slow")


def test_a_client_between_two_requests_is_closed(stop: Stop) -> None:
    stop.check_end("idle")


def test_new_clients_are_refused(stop: Stop) -> None:
    stop.check_refuses()


def test_the_server_exits_with_status_0(stop: Stop) -> None:
    stop.check_exit_status()
