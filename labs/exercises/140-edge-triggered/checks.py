"""Checks of this exercise: the kernel shows that each client is edge-triggered, and the lab's own clients try what
edge-triggered servers get wrong: bytes that are left, a client that reads late, a greedy client.
"""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from testinfra.host import Host

from labs.idle_clients import FEW, Idle, connected, cost_growth, rest, where_it_listens
from scenarios.errors import EvidenceError, OutOfTime, Unavailable
from scenarios.judging.quantities import Json
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence

EPOLLET = 0x80000000  # Linux, uapi/linux/eventpoll.h
WATCHED = re.compile(r"^tfd: *([0-9]+) events: *([0-9a-f]+) ", re.MULTILINE)
KIB = 1024
# What a server may do for one client before the others have their turn, and the bytes of a greedy client that it may
# handle before it answers another: such a turn that had begun, the next one, and as much for what the kernel joined.
MOST_OF_A_TURN = 64 * KIB
MOST_BEFORE_AN_ANSWER = 4 * MOST_OF_A_TURN
MOST_GROWTH = 3.0
# Sends as much as the kernel takes without reading, ends its sending half, and then reads all of it.
READS_LATE = """
import json, socket, sys, time
PATIENCE, BURST = 15, 2 * 1024 * 1024
with socket.create_connection((sys.argv[1], int(sys.argv[2])), PATIENCE) as sock:
    data, sent, back, quiet = bytes(range(256)) * (BURST // 256), 0, b"", 0
    sock.setblocking(False)
    while sent < BURST and quiet < 10:
        try:
            sent, quiet = sent + sock.send(data[sent:]), 0
        except BlockingIOError:
            quiet += 1
            time.sleep(0.02)
    sock.settimeout(PATIENCE)
    said = "answered"
    try:
        sock.shutdown(socket.SHUT_WR)
        while part := sock.recv(65536):
            back += part
    except TimeoutError:
        said = "no answer"
    except OSError as error:
        said = str(error)
    print(json.dumps([said, sent, len(back), data.startswith(back)]))
"""
# One client sends without end and reads what comes back; another sends a byte now and then. Prints for each of these
# how many bytes of the greedy client arrived between the byte and its answer, by the kernel's own time of each arrival.
GREEDY = """
import json, select, socket, struct, sys, time
PATIENCE, ENOUGH, PINGS, BETWEEN, OUT, STARVED = 15, 40, 9, 2**19, 2**21, 2**22
SO_TIMESTAMPNS = 35

def connect():
    sock = socket.create_connection((sys.argv[1], int(sys.argv[2])), PATIENCE)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.sendall(b"?")
    sock.recv(1)
    sock.setblocking(False)
    return sock

def arrived(sock):
    data, extra, _, _ = sock.recvmsg(65536, 64)
    if not data:
        raise ConnectionError("the server closed the connection")
    stamps = [struct.unpack("qq", one) for level, kind, one in extra if kind == SO_TIMESTAMPNS]
    return len(data), stamps[0][0] * 10**9 + stamps[0][1] if stamps else time.time_ns()

def main():
    greedy, modest, data = connect(), connect(), bytes(65536)
    time.sleep(0.1)  # the kernel begins to take times
    out = since = 0
    until = time.monotonic() + ENOUGH
    asked, came, between = None, [], []
    both = select.poll()
    both.register(modest, select.POLLIN)
    while len(between) < PINGS:
        if time.monotonic() > until:
            return ["answered" if len(between) > PINGS // 2 else "slow", between]
        both.register(greedy, select.POLLIN | (select.POLLOUT if out < OUT else 0))
        if not both.poll(PATIENCE * 1000):
            return ["no answer", between]
        try:
            while True:
                size, stamp = arrived(greedy)
                out, since = out - size, since + size
                came.append((stamp, size))
        except BlockingIOError:
            pass
        try:
            while out < OUT:
                out += greedy.send(data)
        except BlockingIOError:
            pass
        if asked is None and since >= BETWEEN:
            modest.send(b"!")
            asked, came, since = time.time_ns(), [], 0
        elif asked is not None:
            try:
                _, answered = arrived(modest)
            except BlockingIOError:
                if since < STARVED:
                    continue
                answered = time.time_ns()
            between.append(sum(size for stamp, size in came if asked < stamp < answered))
            if since >= STARVED:
                return ["starved", between]
            asked = None
    return ["answered", between]

try:
    print(json.dumps(main()))
except OSError as error:
    print(json.dumps([str(error), []]))
"""


@dataclass
class Flood:
    """The greedy client's result, and the event masks of clients that the server had meanwhile."""

    said: str = ""
    between: list[int] = field(default_factory=list)
    masks: list[dict[int, int]] = field(default_factory=list)


@pytest.fixture(scope="session")
def clients(evidence: Evidence, measured: Mapping[str, Json]) -> int:
    if evidence.services["server"].exit_status is not None or measured["error"] is not None:
        pytest.skip("the clients of the scenario were not served")
    return evidence.scenario.number("clients")


@pytest.fixture(scope="session")
def masks(evidence: Evidence, machine: Callable[[str], Host]) -> Callable[[], dict[int, int]]:
    """A function that reads what the epoll set watches: the events by descriptor, from /proc/PID/fdinfo."""
    pid = evidence.services["server"].pid

    def read() -> dict[int, int]:
        told = machine("server").run(f"cat /proc/{pid}/fdinfo/* 2>/dev/null").stdout
        return {int(number): int(events, 16) for number, events in WATCHED.findall(told)}

    return read


@pytest.fixture(scope="session")
def watched_idle(
    evidence: Evidence,
    machine: Callable[[str], Host],
    look: Look,
    clients: int,
    masks: Callable[[], dict[int, int]],
) -> tuple[Idle, dict[int, int]]:
    """The server while its clients are idle, and what its epoll set watches then."""
    with connected(evidence, machine, clients) as answered:
        return rest(look, clients, answered), masks()


@pytest.fixture(scope="session")
def idle(watched_idle: tuple[Idle, dict[int, int]]) -> Idle:
    return watched_idle[0]


@pytest.fixture(scope="session")
def late(evidence: Evidence, machine: Callable[[str], Host], look: Look, clients: int) -> list[Json]:
    """The result of a client that sends much and reads late."""
    result = _run(evidence, machine, READS_LATE)
    if result[0] == "no answer":
        rest(look, clients, 0)  # raises OutOfTime if the server had no time to answer
    return result


@pytest.fixture(scope="session")
def flood(
    evidence: Evidence, machine: Callable[[str], Host], look: Look, clients: int, masks: Callable[[], dict[int, int]]
) -> Flood:
    """The result of a modest client beside a greedy one, and the event masks of both meanwhile."""
    seen, failed = Flood(), []

    def attack() -> None:
        try:
            seen.said, seen.between = _run(evidence, machine, GREEDY)
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=attack)
    thread.start()
    while thread.is_alive():
        seen.masks.append(masks())
    thread.join()
    if failed:
        raise failed[0]
    if seen.said == "slow":
        raise OutOfTime("this machine is too busy: a greedy client could not send enough")
    if seen.said == "no answer":
        rest(look, clients, 0)
    return seen


def _run(evidence: Evidence, machine: Callable[[str], Host], script: str) -> list[Json]:
    done = machine("client").run("python3 -c %s %s %s", script, *where_it_listens(evidence, machine))
    if done.rc:
        raise EvidenceError(f"the check's own client failed: {done.stderr.strip()[-200:]}")
    return list(json.loads(done.stdout))


def test_it_serves_new_clients_after_the_others_left(idle: Idle) -> None:
    idle.check_answered()


def test_every_client_is_registered_edge_triggered(watched_idle: tuple[Idle, dict[int, int]], clients: int) -> None:
    edge = sum(bool(events & EPOLLET) for events in watched_idle[1].values())
    # The listener may be edge-triggered too.
    assert clients <= edge <= clients + 1, (
        f"{clients} clients were connected, and the epoll set has EPOLLET (80000000 in `events`) for {edge} descriptors"
    )


def test_it_sleeps_while_its_clients_are_idle(idle: Idle) -> None:
    idle.check_rests()


def test_it_waits_in_epoll(idle: Idle) -> None:
    idle.check_waits_in("epoll")


def test_a_client_that_sends_much_and_reads_late_gets_all_back(late: list[Json]) -> None:
    said, sent, back, same = late
    assert said == "answered", f"a client sent {sent} bytes before it read; {back} came back, and then: {said}"
    assert back == sent and same, f"a client sent {sent} bytes before it read; {back} bytes came back"


def test_a_greedy_client_does_not_delay_the_others(flood: Flood) -> None:
    assert flood.said in ("answered", "starved"), f"a greedy client sent without end; it saw: {flood.said}"
    middle = sorted(flood.between)[len(flood.between) // 2]
    assert middle <= MOST_BEFORE_AN_ANSWER, (
        f"while one client sent without end, another sent a byte; {middle // KIB} KiB of the first were handled before "
        f"the answer; at most {MOST_BEFORE_AN_ANSWER // KIB} KiB were expected of turns of {MOST_OF_A_TURN // KIB} KiB"
    )


def test_it_stays_edge_triggered_while_it_works(flood: Flood) -> None:
    # All but the listener; a client that is just accepted or closed is in no set.
    level = [one for one in flood.masks if sum(not events & EPOLLET for events in one.values()) > 1]
    assert not level, (
        f"while the server worked, {len(level)} of {len(flood.masks)} looks found a client without EPOLLET"
    )


def test_idle_clients_cost_nothing(
    evidence: Evidence, machine: Callable[[str], Host], look: Look, idle: Idle, clients: int
) -> None:
    if not idle.rests:
        raise Unavailable("the server works while its clients are idle, as another check says")
    growth = cost_growth(evidence, machine, look, clients)
    assert growth <= MOST_GROWTH, (
        f"an echo took {growth:.1f} times as much CPU time beside {clients} idle clients as beside {FEW}; at most "
        f"{MOST_GROWTH:g} times was expected of a server that looks only at those that epoll reports"
    )
