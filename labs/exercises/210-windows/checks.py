"""Checks of this exercise: more clients at the same time than one list of select holds, and a proactor that sleeps."""

import time
from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from labs.idle_probe import server_address
from scenarios.errors import EvidenceError, Unavailable
from scenarios.judging.quantities import Json
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence
from scenarios.theory.descriptors import FD_SETSIZE

LIST = FD_SETSIZE["win32"]
# While all clients are idle, in so many seconds at most so many voluntary context switches and CPU seconds. A server
# that selects in slices wakes a hundred times a second.
IDLE, MOST_WAKES, MOST_CPU = 2.0, 8, 0.1
# Opens connections that must each get an answer. A child process keeps them open; its PID is printed.
OPEN = """
import os, socket, sys, time
held = []
for _ in range(int(sys.argv[3])):
    held.append(socket.create_connection((sys.argv[1], int(sys.argv[2])), 20))
    held[-1].sendall(b"put 0\\n")
    if not held[-1].recv(100):
        sys.exit("not answered")
holder = os.fork()
if holder:
    print(holder, flush=True)
    os._exit(0)
os.setsid()
os.closerange(0, 3)
time.sleep(60)
"""


def test_more_clients_were_connected_than_one_list_of_select_can_hold(evidence: Evidence) -> None:
    clients = evidence.services["client"].said("connected")["clients"]
    assert clients > LIST, f"more than {LIST} clients were expected, and {clients} were connected"


def test_while_its_clients_are_idle_the_proactor_sleeps(
    evidence: Evidence, measured: Mapping[str, Json], machine: Callable[[str], Host], look: Look
) -> None:
    code, server = evidence.scenario.services["server"].code, evidence.services["server"]
    if code is None or code.entry != "proactor.py":
        pytest.skip("a server that selects in slices wakes up repeatedly")
    if measured["error"] is not None or server.exit_status is not None:
        raise Unavailable("the clients were not served")
    port = next(iter(listening(machine)))
    address = server_address(machine, port)
    opened = machine("client").run("python3 -c %s %s %s %s", OPEN, address, port, str(LIST + 8))
    if opened.rc:
        raise EvidenceError(f"the lab's own clients could not look: {opened.stderr.strip()[-200:]}")
    try:
        time.sleep(IDLE / 2)  # what the last client caused is over
        before = look("server")
        time.sleep(IDLE)
        after = look("server")
    finally:
        machine("client").run("kill %s", opened.stdout.strip())
    if before is None or after is None or before.voluntary is None or after.voluntary is None:
        raise EvidenceError("the server cannot be looked at while its clients are idle")
    wakes, cpu = after.voluntary - before.voluntary, after.cpu_seconds - before.cpu_seconds
    assert wakes <= MOST_WAKES and cpu <= MOST_CPU, (
        f"while {LIST + 8} clients were idle for {IDLE:g} s, the server woke {wakes} times and used {cpu:.2f} s of CPU "
        f"time; a proactor sleeps then: at most {MOST_WAKES} wake-ups and {MOST_CPU:g} s were expected"
    )


def listening(machine: Callable[[str], Host]) -> list[str]:
    """The ports of 1024 and above on which the server's machine listens."""
    lines = machine("server").run("ss -Hltn").stdout.splitlines()
    return [port for line in lines if (port := line.split()[3].rpartition(":")[2]) and port == "8001"]
