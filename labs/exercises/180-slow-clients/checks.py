"""Checks of this exercise: a silent client that is alone is closed, and a server without clients sleeps."""

import time
from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from scenarios.errors import EvidenceError, Unavailable
from scenarios.judging import failures
from scenarios.judging.quantities import Json
from scenarios.judging.waiting import MOST_SWITCHES, PAUSE, SECONDS, WINDOW, Look, works
from scenarios.results.evidence import Evidence, ServiceEvidence
from scenarios.results.sample import FOREVER, MECHANISMS, Sample

LEAST = 1000 // MOST_SWITCHES  # milliseconds from one wake-up of a server without clients to the next
OWN = 3  # descriptors that a loop may open for itself after the server is ready
# Connects and sends nothing. Prints after how many seconds the server closed the connection.
WAIT = """
import socket, sys, time
begun = time.monotonic()
with socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])) as sock:
    try:
        sock.recv(1)
    except ConnectionResetError:
        pass
    except TimeoutError:
        sys.exit("not closed")
print(time.monotonic() - begun)
"""


@pytest.fixture(scope="session")
def server(evidence: Evidence, measured: Mapping[str, Json]) -> ServiceEvidence:
    found = evidence.services["server"]
    if found.exit_status is not None or measured[failures.ERROR.key] is not None:
        pytest.skip("the server has ended, or did not serve the honest clients")
    return found


def address(machine: Callable[[str], Host], port: str) -> str:
    """Where the server listens: `server` on a machine of its own, or one address among many."""
    lines = [line.split()[3].rpartition(":") for line in machine("server").run("ss -Hltn").stdout.splitlines()]
    return next((host for host, _, number in lines if number == port and host != "0.0.0.0"), "server")


def test_a_client_that_is_alone_is_closed_too(
    evidence: Evidence, server: ServiceEvidence, machine: Callable[[str], Host]
) -> None:
    idle, port = float(evidence.scenario.parameters["idle"]), str(server.said("ready")["port"])
    most = 3 * idle + SECONDS
    done = machine("client").run("python3 -c %s %s %s %s", WAIT, address(machine, port), port, str(most))
    assert done.stderr.strip() != "not closed", (
        f"a client that sends nothing should be closed after {idle:g} s, and was still connected after {most:g} s"
    )
    if done.rc:
        raise EvidenceError(f"a silent client could not connect: {done.stderr.strip()[-200:]}")
    assert float(done.stdout) >= idle, f"it should be closed after {idle:g} s, and was after {float(done.stdout):.2f} s"


def looked(look: Look) -> Sample:
    """A sample of the server; raises EvidenceError if it has ended."""
    until = time.monotonic() + SECONDS
    while (sample := look("server")) is None:  # on a busy machine a look may come to nothing
        if time.monotonic() >= until:
            raise EvidenceError("the server cannot be looked at: it has ended")
        time.sleep(PAUSE)
    return sample


def timeout_of(sample: Sample) -> int | None:
    """The milliseconds that poll or epoll waits at most; None without a timeout, or in another call."""
    wait = sample.main_wait() if sample.waits else None
    if wait is None or wait.call not in MECHANISMS or MECHANISMS[wait.call][2]:
        return None
    timeout = wait.arguments[MECHANISMS[wait.call][1]] & FOREVER
    return None if timeout == FOREVER else timeout


def test_a_server_without_clients_sleeps(server: ServiceEvidence, look: Look) -> None:
    before, until = server.sampled("ready").descriptors + OWN, time.monotonic() + SECONDS
    while (first := looked(look)).descriptors > before and time.monotonic() < until:
        time.sleep(PAUSE)
    begun = time.monotonic()
    time.sleep(WINDOW)
    second, passed = looked(look), time.monotonic() - begun
    if first.voluntary is None or second.voluntary is None:
        raise Unavailable("this machine does not count how often a program sleeps")
    # A busy machine lets a program that polls wake seldom; its timeout says what it wants.
    timeout = timeout_of(second)
    assert timeout is None or timeout >= LEAST, f"without a client the server waits for {timeout} ms at a time"
    assert not works(first, second, passed), (
        f"without a client the server woke {second.voluntary - first.voluntary} times in {passed:.1f} s, and used "
        f"{second.cpu_seconds - first.cpu_seconds:.2f} s of CPU time"
    )
