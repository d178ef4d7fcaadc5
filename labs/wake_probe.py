"""Probes which threads of a server work when its clients send: each client's own, or another one in their place.

For the checks of exercises. The lab opens the connections from the client's machine, and reads in /proc how often the
kernel woke each thread of the server and of its child processes.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from testinfra.host import Host

from labs.idle_probe import server_address
from scenarios.errors import EvidenceError, Unavailable
from scenarios.judging import failures
from scenarios.judging.quantities import Json
from scenarios.results.evidence import Evidence

CLIENTS, MESSAGES = 4, 40
# All clients send in turn, and rest a moment before the next turn, so each message finds its thread waiting. A child
# process then keeps the connections open; its PID is printed.
TALK = """
import os, socket, sys, time
host, (port, clients, messages) = sys.argv[1], map(int, sys.argv[2:])
held = [socket.create_connection((host, port), 5) for _ in range(clients)]
for _ in range(messages):
    for one in held:
        one.sendall(b"?")
        if one.recv(1) != b"?":
            sys.exit("not answered")
    time.sleep(0.002)
holder = os.fork()
if holder:
    print(holder, flush=True)
    os._exit(0)
os.setsid()
os.closerange(0, 3)
time.sleep(20)
"""
# Prints the voluntary context switches of each thread of a process and of its children, by thread id.
READ_WAKES = """
import json, pathlib, sys
def status(task, key):
    return next(line.split()[1] for line in open(task / "status") if line.startswith(key + ":"))
found = {}
for process in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        if sys.argv[1] in (process.name, status(process, "PPid")) and status(process, "State") != "Z":
            found |= {one.name: int(status(one, "voluntary_ctxt_switches")) for one in process.glob("task/*")}
    except (OSError, StopIteration):
        pass
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Wakes:
    """How often the main thread woke, and each thread that served CLIENTS new clients with MESSAGES messages each."""

    first: int
    others: tuple[int, ...]

    def check_each_client_is_served_by_its_own(self, what: str) -> None:
        """Raises AssertionError if not; `what` is a thread or a process."""
        expected = f"a {what} for each of {CLIENTS} clients was expected to answer its {MESSAGES} messages"
        assert len(self.others) == CLIENTS, f"{expected}, and there were {len(self.others)} of them"
        assert self.first < CLIENTS * MESSAGES // 2, (
            f"{expected}, and the main thread woke {self.first} times meanwhile: it should accept, and not serve"
        )
        idle = sum(one < MESSAGES // 4 for one in self.others)
        assert not idle, f"{expected}, and {idle} of them slept meanwhile: another one served their clients"


def probe(evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]) -> Wakes:
    """Watches the server while new clients send; raises Unavailable if it does not answer, as other checks find."""
    server = evidence.services["server"]
    if measured[failures.ERROR.key] is not None or server.exit_status is not None:
        raise Unavailable("the server does not answer, as another check says")
    port = str(server.said("ready")["port"])
    before = _wakes(machine, server.pid)
    words = server_address(machine, port), port, str(CLIENTS), str(MESSAGES)
    talked = machine("client").run("python3 -c %s %s %s %s %s", TALK, *words)
    if talked.rc != 0:
        raise Unavailable("the server does not answer, as another check says")
    try:
        after = _wakes(machine, server.pid)
    finally:
        machine("client").run("kill %s", talked.stdout.strip())
    others = tuple(count for thread, count in after.items() if thread not in before)
    first = str(server.pid)
    return Wakes(after.get(first, 0) - before.get(first, 0), others)


def _wakes(machine: Callable[[str], Host], pid: int) -> dict[str, int]:
    looked = machine("server").run("python3 -c %s %s", READ_WAKES, str(pid))
    if looked.rc != 0:
        raise EvidenceError(f"the threads of the server cannot be read: {looked.stderr.strip()[-200:]}")
    return dict(json.loads(looked.stdout))
