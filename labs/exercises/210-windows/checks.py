"""Checks of this exercise: more clients at the same time than one list of select holds, and a proactor that sleeps."""

import json
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
from testinfra.host import Host

from labs.idle_probe import server_address
from scenarios.errors import EvidenceError, OutOfTime, Unavailable
from scenarios.judging.quantities import Json
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence
from scenarios.theory.descriptors import FD_SETSIZE

LIST = FD_SETSIZE["win32"]
# While all clients are idle, in so many seconds at most so many voluntary context switches and CPU seconds. A server
# that selects in slices wakes a hundred times a second.
IDLE, MOST_WAKES, MOST_CPU = 2.0, 8, 0.1
# Opens connections one after the other; each asks, and must get an answer before the next one comes. The last one,
# which is not among the first 512 sockets, asks again when the server has come to rest. A child process keeps them
# open; its PID is printed, and how many were answered.
OPEN = """
import json, os, socket, sys, time
host, (port, clients, patience) = sys.argv[1], map(int, sys.argv[2:])
held, answered = [], 0
try:
    while answered < clients:
        held.append(socket.create_connection((host, port), patience))
        held[-1].sendall(b"put 0\\n")
        if not held[-1].recv(100):
            break
        answered += 1
    time.sleep(0.5)
    held[-1].sendall(b"put 0\\n")
    answered -= not held[-1].recv(100)
except OSError:
    answered = min(answered, clients - 1)
holder = os.fork()
if holder:
    print(json.dumps([holder, answered]), flush=True)
    os._exit(0)
os.setsid()
os.closerange(0, 3)
time.sleep(60)
"""
CLIENTS, PATIENCE = LIST + 8, 15


@pytest.fixture(scope="session")
def answered(evidence: Evidence, measured: Mapping[str, Json], machine: Callable[[str], Host]) -> Iterator[int]:
    """How many of CLIENTS new clients were answered; all of them stay connected, and do nothing more."""
    if measured["error"] is not None or evidence.services["server"].exit_status is not None:
        raise Unavailable("the clients were not served")
    port = next(iter(listening(machine)))
    words = server_address(machine, port), port, str(CLIENTS), str(PATIENCE)
    opened = machine("client").run("python3 -c %s %s %s %s %s", OPEN, *words)
    if opened.rc:
        raise EvidenceError(f"the lab's own clients could not look: {opened.stderr.strip()[-200:]}")
    holder, count = json.loads(opened.stdout)
    yield count
    machine("client").run("kill %s", str(holder))


def test_more_clients_were_connected_than_one_list_of_select_can_hold(evidence: Evidence) -> None:
    clients = evidence.services["client"].said("connected")["clients"]
    assert clients > LIST, f"more than {LIST} clients were expected, and {clients} were connected"


def test_while_the_others_are_idle_a_new_client_is_answered(answered: int, look: Look) -> None:
    if answered < CLIENTS and (sample := look("server")) and sample.main_wait().call == "running":
        raise OutOfTime("this machine is too busy: the server still worked when the check gave up")
    assert answered == CLIENTS, (
        f"{CLIENTS} clients came one after the other and stayed: each was expected to be answered while the others "
        f"were idle, the last one twice, and client {answered + 1} was not, within {PATIENCE} s"
    )


def test_while_its_clients_are_idle_the_proactor_sleeps(evidence: Evidence, answered: int, look: Look) -> None:
    code = evidence.scenario.services["server"].code
    if code is None or code.entry != "proactor.py":
        pytest.skip("a server that selects in slices wakes up repeatedly")
    if answered < CLIENTS:
        raise Unavailable("not all clients were answered, as another check says")
    time.sleep(IDLE / 2)  # what the last client caused is over
    before = look("server")
    time.sleep(IDLE)
    after = look("server")
    if before is None or after is None or before.voluntary is None or after.voluntary is None:
        raise EvidenceError("the server cannot be looked at while its clients are idle")
    wakes, cpu = after.voluntary - before.voluntary, after.cpu_seconds - before.cpu_seconds
    assert wakes <= MOST_WAKES and cpu <= MOST_CPU, (
        f"while {CLIENTS} clients were idle for {IDLE:g} s, the server woke {wakes} times and used {cpu:.2f} s of CPU "
        f"time; a proactor sleeps then: at most {MOST_WAKES} wake-ups and {MOST_CPU:g} s were expected"
    )


def listening(machine: Callable[[str], Host]) -> list[str]:
    """The ports of 1024 and above on which the server's machine listens."""
    lines = machine("server").run("ss -Hltn").stdout.splitlines()
    return [port for line in lines if (port := line.split()[3].rpartition(":")[2]) and port == "8001"]
