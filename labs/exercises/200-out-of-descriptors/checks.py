"""Checks of this exercise: clients of the lab's own fill the server; one leaves, and the next must be served."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from testinfra.host import Host

from labs.idle_probe import server_address
from scenarios.errors import EvidenceError, OutOfTime, Unavailable
from scenarios.judging.quantities import Json
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence, ServiceEvidence

# Seconds within which a server must notice that its clients have left, and more clients than it has room for.
SECONDS, WITHIN, MORE = 5.0, 15.0, 3
# Fills the server, waits until nothing more happens, lets one client leave, and looks for one that is greeted then: one
# that waits, or one that comes now.
FILL = """
import json, select, socket, sys, time
address, clients, within = (sys.argv[1], int(sys.argv[2])), int(sys.argv[3]), float(sys.argv[4])
def heard(sockets, seconds):
    found = {}
    for sock in select.select(list(sockets), [], [], seconds)[0]:
        try:
            found[sock] = sock.recv(1) == b"+"
        except OSError:
            found[sock] = False
    return found
waiting, served = set(), []
for _ in range(clients):
    try:
        waiting.add(socket.create_connection(address, within))
    except ConnectionError:
        pass
until = time.monotonic() + within
while waiting and time.monotonic() < until:
    found = heard(waiting, 1)
    if not found and served:
        break
    waiting -= set(found)
    served += [sock for sock, greeted in found.items() if greeted]
following, left = False, len(served)
if served:
    served.pop().close()
until = time.monotonic() + within
while served and not following and time.monotonic() < until:
    if not waiting:
        time.sleep(0.2)
        try:
            waiting.add(socket.create_connection(address, within))
        except OSError:
            continue
    found = heard(waiting, 1)
    waiting -= set(found)
    following = any(found.values())
print(json.dumps({"served": left, "following": following}))
"""


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    """The service that runs the learner's program."""
    found = next(evidence.services[name] for name, one in evidence.scenario.services.items() if one.code)
    if found.exit_status is not None:
        raise Unavailable("the server has ended")
    return found


@pytest.fixture(scope="session")
def filled(
    server: ServiceEvidence, evidence: Evidence, measured: Mapping[str, Json], machine: Callable[[str], Host]
) -> dict[str, Any]:
    if not measured["served"].get(server.name):
        raise Unavailable("the first clients were not served")
    port = str(server.said("ready")["port"])
    clients = str(evidence.scenario.number("nofile") + MORE)
    address = server_address(machine, port, server.name)
    done = machine("crowd").run("python3 -c %s %s %s %s %s", FILL, address, port, clients, str(WITHIN))
    if done.rc:
        raise EvidenceError(f"the lab's own clients could not look: {done.stderr.strip()[-200:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_client_that_comes_later_is_served_when_another_has_left(
    filled: dict[str, Any], server: ServiceEvidence, look: Look
) -> None:
    sample = look(server.name) if not filled["following"] else None
    if sample is not None and sample.main_wait().call == "running":
        raise OutOfTime(f"this machine is too busy: {server.name} still worked when the check gave up")
    assert filled["served"], "after the first clients had left, the server greeted no new one"
    assert filled["following"], (
        f"{filled['served']} clients were served at the same time and one of them left; the next was expected to be "
        f"greeted within {WITHIN:g} s, and was not"
    )


def test_after_the_last_client_the_same_descriptors_are_open_as_before_the_first(
    server: ServiceEvidence, machine: Callable[[str], Host]
) -> None:
    before = server.sampled("ready").descriptors
    look, until = f"ls /proc/{server.pid}/fd | wc -l", time.monotonic() + SECONDS
    while (left := int(machine(server.name).run(look).stdout)) != before and time.monotonic() < until:
        time.sleep(0.1)
    assert left == before, f"{before} descriptors were open before the first client, and {left} after the last"
