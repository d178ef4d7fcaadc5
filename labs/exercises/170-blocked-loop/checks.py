"""Checks of this exercise: three works at once, seen from inside the server's machine by the kernel's own files."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from testinfra.host import Host

from scenarios.errors import EvidenceError, OutOfTime, Unavailable
from scenarios.judging import failures
from scenarios.judging.quantities import Json
from scenarios.results.evidence import Evidence

WORKS, WORKERS = 3, 2
# Parts of a work: a ping before the works that waits longer shows a busy machine, one during them that it was delayed.
NOISE, FEW = 1 / 8, 1 / 2
SLEEPING = {"x86_64": ("35", "230"), "aarch64": ("101", "115")}  # the numbers of nanosleep and clock_nanosleep
# Asks for works on connections of their own and for pings on another. Prints how long pings waited before and during
# the works, when each work was answered, and of each look the system calls of all threads but the first.
LOAD = """
import json, os, pathlib, select, socket, sys, time
host, port, pid, works = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
def call(task):
    try:
        return (task / "syscall").read_text().split()[0]
    except (OSError, IndexError):
        return ""
def calls():
    found, processes = [], [pathlib.Path("/proc", pid)]
    for one in processes:
        try:
            children = [child for task in one.glob("task/*") for child in (task / "children").read_text().split()]
            processes += [pathlib.Path("/proc", child) for child in children]
            found += [call(task) for task in one.glob("task/*") if task.name != pid]
        except OSError:
            pass
    return found
def connect():
    return socket.create_connection((host, port), 60)
def ping(sock):
    begun = time.monotonic()
    sock.sendall(b"P")
    if sock.recv(1) != b"P":
        sys.exit("not answered")
    return time.monotonic() - begun
pinging, waiting = connect(), [connect() for _ in range(works)]
for one in waiting:
    ping(one)
quiet, idle = max(ping(pinging) for _ in range(50)), calls()
begun = time.monotonic()
for one in waiting:
    one.sendall(b"W")
answered, looks, waits = [], [], []
while waiting:
    waits.append(ping(pinging))
    seen = calls()
    for one in select.select(waiting, [], [], 0.01)[0]:
        if one.recv(1) != b"W":
            sys.exit("not answered")
        waiting.remove(one)
        answered.append(time.monotonic() - begun)
    looks.append(seen)
print(json.dumps([os.uname().machine, quiet, max(waits), answered, idle, looks]))
"""


@dataclass(frozen=True)
class Load:
    """`quiet` and `waited` are the longest ping before and during the works, `answered` the time of each work, in
    seconds. `sleepers` are how many threads beside the first slept in each look, `before` how many slept already.
    """

    quiet: float
    waited: float
    answered: tuple[float, ...]
    before: int | None
    sleepers: tuple[int, ...]


@pytest.fixture(scope="session")
def load(evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]) -> Load:
    """Three works at once and pings meanwhile."""
    server = evidence.services["asyncio"]
    if measured[failures.ERROR.key] is not None or server.exit_status is not None:
        pytest.skip("the server has ended, or did not answer")
    port, inside = str(server.said("ready")["port"]), machine("asyncio")
    listening = [line.split()[3].rpartition(":") for line in inside.run("ss -Hltn").stdout.splitlines()]
    address = next((one for one, _, number in listening if number == port and one != "0.0.0.0"), "127.0.0.1")
    done = inside.run("python3 -c %s %s %s %s %s", LOAD, address, port, str(server.pid), str(WORKS))
    assert done.stderr.strip() != "not answered", "a request was not answered"
    if done.rc:
        raise EvidenceError(f"three works at once cannot be seen: {done.stderr.strip()[-200:]}")
    kind, quiet, waited, answered, idle, looks = json.loads(done.stdout)
    asleep = SLEEPING.get(kind, ())
    known = asleep and any(name for look in looks for name in look)
    if quiet > NOISE * float(evidence.scenario.parameters["stall"]):
        raise OutOfTime(f"this machine is too busy: a ping took {quiet:.2f} s while nothing else was asked for")
    counts = tuple(sum(name in asleep for name in look) for look in looks)
    return Load(quiet, waited, tuple(answered), sum(name in asleep for name in idle) if known else None, counts)


def test_the_call_is_made_outside_the_loops_thread(load: Load) -> None:
    if load.before is None:
        raise Unavailable("this machine does not show which system call a thread waits in (/proc/PID/syscall)")
    assert load.before == 0, f"before the first work, {load.before} threads slept in nanosleep, and none was expected"
    assert max(load.sleepers, default=0) > 0, "no thread but the loop's own slept in nanosleep while a work was done"


def test_two_works_run_at_a_time_and_the_third_waits(evidence: Evidence, load: Load) -> None:
    stall, most = float(evidence.scenario.parameters["stall"]), max(load.sleepers, default=0)
    assert load.answered[-1] >= 2 * stall, (
        f"{WORKERS} workers take {2 * stall:g} s for {WORKS} works of {stall:g} s, and all were answered after "
        f"{load.answered[-1]:.2f} s"
    )
    assert load.before is None or most == WORKERS, f"{WORKERS} works at a time were expected, and {most} ran"


def test_others_are_answered_while_several_works_run(evidence: Evidence, load: Load) -> None:
    stall = float(evidence.scenario.parameters["stall"])
    assert load.waited <= FEW * stall, (
        f"while works of {stall:g} s ran, another client waited {load.waited:.2f} s for an answer"
    )
