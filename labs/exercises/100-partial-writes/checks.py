"""Checks of this exercise: clients read late or never, while one thread serves the others and sleeps in between."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from testinfra.host import Host

from labs.idle_probe import (
    MOST_WAKES,
    READ_THREADS,
    IdleServer,
    check_no_extra_thread,
    idle_fixture,
    parse,
    server_address,
)
from scenarios.errors import EvidenceError, OutOfTime, Unavailable
from scenarios.families.base import Prediction
from scenarios.judging.failures import ERROR
from scenarios.judging.quantities import Json
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence

CLIENTS, SECONDS = 20, 0.25
idle = idle_fixture(CLIENTS)
# A server that used so much CPU time, in seconds, had time to answer.
ENOUGH = 0.2
Run = Callable[..., Any]
# A client that sends more than the largest send buffer of a socket holds (tcp(7), tcp_wmem), and does not read: either
# the server stops to read too, or it keeps the rest.
SEND = """
import json, os, random, select, socket, sys, time
address, patience = (sys.argv[1], int(sys.argv[2])), 10
most = int(open("/proc/sys/net/ipv4/tcp_wmem").read().split()[2])
data = random.randbytes(most + random.randint(2**20, 2**21))
one = socket.socket()
one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
one.settimeout(patience)
one.connect(address)
one.setblocking(False)
sent = 0
try:
    while sent < len(data) and select.select([], [one], [], 0.3)[1]:
        sent += one.send(data[sent:sent + 65536])
except ConnectionError:
    pass  # reading shows it again
"""
# It reads late, and slowly at first; it ends its sending half before it has all.
READ_LATE = (
    SEND
    + """
back, how, slow = 0, "all came back", 20
def report(same=True):
    print(json.dumps([how, back, len(data), same]))
    sys.exit()
if sent == len(data):
    one.shutdown(socket.SHUT_WR)
while True:
    readable, writable, _ = select.select([one], [one] if sent < len(data) else [], [], patience)
    if not readable and not writable:
        how = "nothing came any more"
        report()
    try:
        if writable:
            sent += one.send(data[sent:sent + 65536])
            if sent == len(data):
                one.shutdown(socket.SHUT_WR)
        if not readable:
            continue
        part = one.recv(65536)
    except ConnectionError:
        part, how = b"", "the server broke the connection"
    if not part:
        how = how if how != "all came back" or back == len(data) else "the server ended the stream"
        report()
    if data[back:back + len(part)] != part:
        back += next(at for at, one in enumerate(part) if data[back + at:back + at + 1] != bytes([one]))
        report(same=False)
    back += len(part)
    slow -= slow > 0
    time.sleep(0.005 if slow else 0)
"""
)
# It never reads; another client is served meanwhile. A child process keeps the first connection; its PID is printed.
READ_NEVER = (
    SEND
    + """
try:
    other = socket.create_connection(address, patience)
    for _ in range(3):
        other.sendall(b"?")
        if other.recv(1) != b"?":
            sys.exit("not answered")
except OSError:
    sys.exit("not answered")
holder = os.fork()
if holder:
    print(holder, flush=True)
    os._exit(0)
os.setsid()
os.closerange(0, 3)
time.sleep(20)
"""
)


@pytest.fixture(scope="session")
def run(evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]) -> Run:
    """Runs a script as a client of the server; raises Unavailable if the server answers no client at all."""
    server = evidence.services["server"]
    if measured[ERROR.key] is not None or server.exit_status is not None:
        raise Unavailable("the server does not answer, as another check says")
    port = str(server.said("ready")["port"])
    address = server_address(machine, port)
    return lambda script: machine("client").run("python3 -c %s %s %s", script, address, port)


def test_later_clients_are_served_too(idle: IdleServer) -> None:
    idle.check_answered()


def test_idle_clients_cost_no_cpu(idle: IdleServer) -> None:
    idle.check_costs_nothing()


def test_it_waits_in_select_for_all_of_its_clients(idle: IdleServer, prediction: Prediction) -> None:
    idle.check_waits_in_select(prediction.facts["descriptors"] + CLIENTS)


def test_no_extra_thread_ran(evidence: Evidence) -> None:
    check_no_extra_thread(evidence.services["server"])


def test_a_client_that_reads_late_gets_every_byte(run: Run, look: Look) -> None:
    before = look("server")
    done = run(READ_LATE)
    if done.rc != 0:
        raise EvidenceError(f"the client that reads late ended: {done.stderr.strip()[-200:]}")
    how, came, size, same = json.loads(done.stdout)
    if how == "nothing came any more":
        had_time(before, look("server"))
    assert same, f"{size} bytes should come back unchanged, and after the first {came} others came, so some were lost"
    assert came == size, f"{size} bytes should come back, and {came} did: {how}"


def test_a_client_that_never_reads_costs_the_others_nothing(
    evidence: Evidence, machine: Callable[[str], Host], run: Run, look: Look
) -> None:
    before, server = look("server"), str(evidence.services["server"].pid)
    stuck = run(READ_NEVER)
    if stuck.rc != 0:
        had_time(before, look("server"))
    assert stuck.rc == 0, "while one client did not read its answers, another client was not answered"
    try:
        watched = machine("server").run("python3 -c %s %s %s", READ_THREADS, server, str(SECONDS))
    finally:
        machine("client").run("kill %s", stuck.stdout.strip())
    if watched.rc != 0:
        raise EvidenceError(f"the threads of the server cannot be read: {watched.stderr.strip()[-200:]}")
    found = parse(watched.stdout, server)
    assert not found.others, (
        f"one thread should do it all, and {len(found.others)} more threads or processes were there"
    )
    running = found.first is not None and found.first.call == "running"
    assert found.wakes <= MOST_WAKES and not running, (
        f"a server whose only busy client does not read should sleep, and it {'ran all the time' if running else ''}"
        f"{'' if running else f'woke {found.wakes} times in {SECONDS:g} s'}"
    )


def had_time(before: Any, after: Any) -> None:
    """Raises OutOfTime if the server wanted the CPU between two samples and did not get it."""
    if before and after and after.cpu_seconds - before.cpu_seconds < ENOUGH and after.main_wait().call == "running":
        raise OutOfTime("this machine is too busy: the server did not come to answer")
