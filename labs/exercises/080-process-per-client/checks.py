"""Checks of this exercise: what each child has open, and what becomes of children that end at the same moment."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from testinfra.host import Host

from labs.idle_probe import OPEN_CONNECTIONS, IdleServer, idle_fixture, server_address
from scenarios.errors import EvidenceError, OutOfTime, Unavailable
from scenarios.judging.failures import ERROR
from scenarios.judging.quantities import Json
from scenarios.results.evidence import Evidence

CLIENTS = 8
idle = idle_fixture(CLIENTS)
# Prints for each child of a process how many clients' sockets it has, and whether it has the listener. TCP's states are
# those of net/tcp_states.h: 01 is connected, 0A listens.
READ_CHILDREN = """
import json, os, pathlib, sys
rows = [line.split() for line in open("/proc/net/tcp").readlines()[1:]]
kinds = {f"socket:[{row[9]}]": row[3] for row in rows}
def of_server(process):
    try:
        return f"\\nPPid:\\t{sys.argv[1]}\\n" in (process / "status").read_text()
    except OSError:
        return False
def count(process):
    links = [kinds.get(os.readlink(one)) for one in process.glob("fd/*")]
    return links.count("01"), "0A" in links
print(json.dumps({one.name: count(one) for one in pathlib.Path("/proc").glob("[0-9]*") if of_server(one)}))
"""
# Waits until all these children have ended, and lets the stopped parent go on. Prints how many want the CPU or sleep
# instead, and how many are left some time later.
REAP = """
import os, pathlib, signal, sys, time
def state(pid):
    try:
        return pathlib.Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return None
def wait(states):
    until = time.monotonic() + 5
    while time.monotonic() < until and not all(state(pid) in states for pid in sys.argv[2:]):
        time.sleep(0.02)
    return [state(pid) for pid in sys.argv[2:] if state(pid) not in states]
alive = wait(("Z", None))
os.kill(int(sys.argv[1]), signal.SIGCONT)
print(len(alive) - alive.count("S"), alive.count("S"), len(wait((None,))))
"""


@pytest.fixture(scope="session")
def held(
    evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]
) -> Iterator[tuple[dict[str, Any], str]]:
    """Open descriptors of the children of CLIENTS new clients, and the process that keeps the clients connected."""
    server = evidence.services["server"]
    if measured[ERROR.key] is not None or server.exit_status is not None:
        raise Unavailable("the server does not answer, as another check says")
    port = str(server.said("ready")["port"])
    words = server_address(machine, port), port, str(CLIENTS), "0"
    opened = machine("client").run("python3 -c %s %s %s %s %s", OPEN_CONNECTIONS, *words)
    if opened.rc != 0:
        raise Unavailable("the server does not answer, as another check says")
    holder = opened.stdout.strip()
    try:
        looked = machine("server").run("python3 -c %s %s", READ_CHILDREN, str(server.pid))
        if looked.rc != 0:
            raise EvidenceError(f"the children of the server cannot be read: {looked.stderr.strip()[-200:]}")
        yield json.loads(looked.stdout), holder
    finally:
        machine("client").run("kill %s", holder)


def test_later_clients_are_served_too(idle: IdleServer) -> None:
    idle.check_answered()


def test_each_client_has_a_process_that_waits_for_it(idle: IdleServer) -> None:
    idle.check_one_waits_for_each(CLIENTS)


def test_idle_clients_cost_no_cpu(idle: IdleServer) -> None:
    idle.check_costs_nothing()


def test_each_child_has_only_its_own_client_open(held: tuple[dict[str, Any], str]) -> None:
    found = list(held[0].values())
    wrong = [clients for clients, _ in found if clients != 1]
    assert not wrong, (
        f"each child should have the socket of one client open, its own; {len(wrong)} of {len(found)} children have "
        f"another number, such as {wrong[0]}"
    )
    listening = sum(listens for _, listens in found)
    assert not listening, f"no child should have the listener open, and {listening} of {len(found)} children have"


def test_children_that_end_together_are_all_reaped(
    evidence: Evidence, machine: Callable[[str], Host], held: tuple[dict[str, Any], str]
) -> None:
    children, holder = held
    parent = str(evidence.services["server"].pid)
    # While the parent is stopped, the signals of all children become one: the kernel keeps one SIGCHLD that is pending.
    machine("server").run("kill -STOP %s", parent)
    machine("client").run("kill %s; while kill -0 %s; do sleep 0.02; done", holder, holder)
    done = machine("server").run("python3 -c %s %s " + " ".join(children), REAP, parent)
    machine("server").run("kill -CONT %s", parent)
    if done.rc != 0:
        raise EvidenceError(f"the children of the server cannot be followed: {done.stderr.strip()[-200:]}")
    running, asleep, left = map(int, done.stdout.split())
    if running:
        raise OutOfTime(f"this machine is too busy: {running} children could not end within 5 s")
    assert not asleep, f"each child should end when its client has left, and {asleep} of {len(children)} still wait"
    assert left == 0, f"{len(children)} children ended at the same moment; none should be left, and {left} are zombies"
