"""Probes a server while its clients are idle: wake-ups, CPU time, and the system call in which each thread waits.

For the checks of exercises. The lab itself opens the idle connections, from the client's machine. The numbers are the
kernel's own, from /proc.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from testinfra.host import Host

from scenarios.errors import EvidenceError, Unavailable
from scenarios.judging import failures
from scenarios.judging.quantities import Json
from scenarios.results.evidence import Evidence, ServiceEvidence

# How long the server is watched, in seconds.
IDLE_SECONDS = 0.25
# Most CPU time in seconds, and most wake-ups: a server that wakes ten times a second does not count as polling yet, and
# one that spins takes a whole CPU, unless other processes want it too.
MOST_CPU_SECONDS, MOST_WAKES = 0.05, 4
# The numbers of system calls that wait for one descriptor or for many (Linux, asm/unistd.h), by machine.
X86_64 = {"read": {0, 45, 47}, "poll": {7, 271}, "select": {23, 270}, "epoll": {232, 281, 441}, "accept": {43, 288}}
AARCH64 = {"read": {63, 207, 212}, "poll": {73}, "select": {72}, "epoll": {22, 441}, "accept": {202, 242}}
CALLS = {"x86_64": X86_64, "aarch64": AARCH64}
CALL_UNKNOWN = (
    "this machine does not show which system call a thread waits in: /proc/PID/syscall cannot be read; "
    "`sysctl kernel.yama.ptrace_scope=0` allows it where Yama forbids it"
)
# Calls that wait for a client, and not for a lock or a time.
WAITS_FOR_CLIENT = {"read", "poll", "select", "epoll"}
# Connects clients that must each get one answer, then `more` that need get none. A child process keeps the connections
# open; its PID is printed.
OPEN_CONNECTIONS = """
import os, socket, sys, time
host, (port, clients, more) = sys.argv[1], map(int, sys.argv[2:])
held = []
for number in range(clients + more):
    held.append(socket.create_connection((host, port), 5))
    held[-1].sendall(b"?")
    if number < clients and held[-1].recv(1) != b"?":
        sys.exit("not answered")
holder = os.fork()
if holder:
    print(holder, flush=True)
    os._exit(0)
os.setsid()
os.closerange(0, 3)
time.sleep(20)
"""
# Reads the wake-ups, the CPU time and the system calls of a process, its children and all their threads.
READ_THREADS = """
import json, os, pathlib, sys, time
def status(task, key):
    return next(line.split()[1] for line in open(task / "status") if line.startswith(key + ":"))
def tasks():
    first = pathlib.Path("/proc", sys.argv[1])
    found = list(first.glob("task/*"))
    for one in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if status(one, "PPid") == sys.argv[1]:
                found += one.glob("task/*")
        except OSError:
            pass
    return found
def counted(found):
    wakes = sum(int(status(one, "voluntary_ctxt_switches")) for one in found)
    fields = [open(one / "stat").read().rpartition(")")[2].split() for one in found]
    return wakes, sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")
def call(task):
    try:
        return (task / "syscall").read_text().split()
    except OSError:
        return []
time.sleep(0.1)
found = tasks()
before = counted(found)
time.sleep(float(sys.argv[2]))
after, calls = counted(found), [[one.name, *call(one)] for one in found]
print(json.dumps([os.uname().machine, after[0] - before[0], after[1] - before[1], calls]))
"""


@dataclass(frozen=True)
class Thread:
    """A waiting thread: the name of its system call (its number where CALLS has no name), and the first argument."""

    call: str
    argument: int


@dataclass(frozen=True)
class IdleServer:
    """The result of a probe over IDLE_SECONDS: wake-ups and CPU seconds of all threads, and where each thread waits.

    `first` is the main thread, `others` are all other threads, also those of child processes; None where the machine
    does not show the system call. If a client was not `answered`, nothing else is known.
    Each check raises AssertionError if it does not hold, and Unavailable if it cannot be decided.
    """

    wakes: int = 0
    cpu_seconds: float = 0.0
    first: Thread | None = None
    others: tuple[Thread | None, ...] = ()
    answered: bool = True

    def check_answered(self) -> None:
        assert self.answered, "new clients connected after the first ones had left, and were not answered"

    def check_costs_nothing(self) -> None:
        self._require_answered()
        assert self.cpu_seconds <= MOST_CPU_SECONDS, (
            f"at most {MOST_CPU_SECONDS:g} s of CPU time were expected while the clients were idle for "
            f"{IDLE_SECONDS:g} s, and {self.cpu_seconds:.2f} s were used"
        )
        assert self.wakes <= MOST_WAKES, (
            f"at most {MOST_WAKES} wake-ups were expected while the clients were idle for {IDLE_SECONDS:g} s, "
            f"and the server woke {self.wakes} times"
        )

    def check_waits_in_select(self, descriptors: int) -> None:
        """The main thread waits in select for at least so many descriptors, counted from 0."""
        self._require_answered()
        if self.first is None:
            raise Unavailable(CALL_UNKNOWN)
        actual = "runs all the time" if self.first.call == "running" else f"waits in {self.first.call}"
        assert self.first.call == "select", f"the server should wait in select, and {actual}"
        # select's first argument is the highest of its descriptors plus one.
        assert self.first.argument >= descriptors, (
            f"the server has {descriptors} descriptors open, and passes select only those below {self.first.argument}"
        )

    def check_one_waits_for_each(self, clients: int) -> None:
        self._require_answered()
        expected = f"one process or thread for each of {clients} clients was expected"
        assert len(self.others) == clients, f"{expected}, and there were {len(self.others)}"
        if None in self.others:
            raise Unavailable(CALL_UNKNOWN)
        waiting = sum(one is not None and one.call in WAITS_FOR_CLIENT for one in self.others)
        assert waiting == clients, f"{expected}, and {waiting} of them waited for a client"

    def _require_answered(self) -> None:
        if not self.answered:
            raise Unavailable("the server does not answer, as another check says")


def idle_fixture(clients: int) -> Any:
    """The session's fixture `idle` of an exercise's checks: what the server does while so many clients are idle."""

    @pytest.fixture(scope="session", name="idle")
    def probed(evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]) -> IdleServer:
        return probe_if_served(evidence, machine, measured, clients)

    return probed


def check_no_extra_thread(service: ServiceEvidence, since: str = "ready", until: str = "finished") -> None:
    """Raises AssertionError if a thread of the service ended between two moments, and Unavailable if it is unknown."""
    assert not service.lost_a_thread(since, until), "a thread ended during the run, so more than one thread worked"


def probe_if_served(
    evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json], clients: int
) -> IdleServer:
    """Like `probe`; raises Unavailable if the scenario's own clients met an error."""
    if measured[failures.ERROR.key] is not None:
        raise Unavailable("the first clients were not served")
    return probe(evidence, machine, clients)


def probe(evidence: Evidence, machine: Callable[[str], Host], clients: int, more: int = 0) -> IdleServer:
    """Watches the server while `clients` connections are idle and `more` wait that it has no room for.

    A server that ends meanwhile has not answered. Raises Unavailable if it had ended before, and EvidenceError if the
    lab cannot look.
    """
    server = evidence.services["server"]
    if server.exit_status is not None:
        raise Unavailable("the server has ended")
    port = str(server.said("ready")["port"])
    address = server_address(machine, port)
    numbers = port, str(clients), str(more)
    opened = machine("client").run("python3 -c %s %s %s %s %s", OPEN_CONNECTIONS, address, *numbers)
    if opened.rc != 0:
        return IdleServer(answered=False)
    try:
        watched = machine("server").run("python3 -c %s %s %s", READ_THREADS, str(server.pid), str(IDLE_SECONDS))
    finally:
        release(machine, opened.stdout.strip())
    if watched.rc == 0:
        return parse(watched.stdout, str(server.pid))
    if machine("server").run(f"kill -0 {server.pid}").rc:
        return IdleServer(answered=False)
    raise EvidenceError(f"the threads of the idle server cannot be read: {watched.stderr.strip()[-200:]}")


def release(machine: Callable[[str], Host], holder: str) -> None:
    """Ends the process that keeps connections open, unless it has ended and its number is another process's now."""
    machine("client").run("grep -q holder /proc/%s/cmdline && kill %s", holder, holder)


def server_address(machine: Callable[[str], Host], port: str, service: str = "server") -> str:
    """Where a service listens: its name on a machine of its own, or one address among many."""
    # Others listen there too, such as the engine's own name server.
    lines = machine(service).run("ss -Hltn").stdout.splitlines()
    listening = [line.split()[3].rpartition(":") for line in lines]
    host = next((host for host, _, number in listening if number == port), service)
    return service if host == "0.0.0.0" else host


def parse(output: str, pid: str) -> IdleServer:
    """The probe's result from the output of READ_THREADS; `pid` is the server's."""
    kind, wakes, seconds, calls = json.loads(output)
    names = {number: name for name, numbers in CALLS.get(kind, {}).items() for number in numbers}
    threads = {thread: _thread(words, names) for thread, *words in calls}
    first = threads.pop(pid)
    return IdleServer(wakes, seconds, first, tuple(threads.values()))


def _thread(words: list[str], names: dict[int, str]) -> Thread | None:
    """From /proc/PID/syscall, which has the number and the arguments, or `running`.

    None where the file may not be read, as under Yama (ptrace_scope), or where CALLS lacks the machine.
    """
    if not words or not names:
        return None
    if not words[0].isdecimal():
        return Thread(words[0], 0)
    return Thread(names.get(int(words[0]), words[0]), int(words[1], 16))
