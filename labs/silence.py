"""What a server does while its clients are silent, as the kernel tells: who wakes, and in which system call each waits.

For the checks of exercises. The clients are the lab's own, and come from the machine of the clients that have gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from testinfra.host import Host

from scenarios import failures
from scenarios.errors import EvidenceError, Unavailable
from scenarios.evidence import Evidence
from scenarios.quantities import Json

# How long they are silent, in seconds.
SECONDS = 0.25
# Processor time in seconds, and how often the server may wake: one that looks around ten times a second is no polling
# yet, and one that asks without end takes all of the processor, unless others want it too.
MOST_SECONDS, MOST_WAKES = 0.05, 4
# The numbers of system calls that wait for one descriptor or for many (Linux, asm/unistd.h), by machine.
CALLS = {
    "x86_64": {
        "read": {0, 45, 47},
        "poll": {7, 271},
        "select": {23, 270},
        "epoll": {232, 281, 441},
        "accept": {43, 288},
    },
    "aarch64": {
        "read": {63, 207, 212},
        "poll": {73},
        "select": {72},
        "epoll": {22, 441},
        "accept": {202, 242},
    },
}
UNTOLD = "this machine does not tell in which system call a process waits"
# Those in which somebody waits for a client, and not for a lock or a time.
FOR_A_DESCRIPTOR = {"read", "poll", "select", "epoll"}
# Connects clients, each of which is answered once, and then some that nobody may answer; a process of its own holds
# them, and is named.
HOLDS = """
import os, socket, sys
host, (port, clients, more) = sys.argv[1], map(int, sys.argv[2:])
held = []
for number in range(clients + more):
    held.append(socket.create_connection((host, port), 5))
    held[-1].sendall(b"?")
    if number < clients and held[-1].recv(1) != b"?":
        sys.exit("not answered")
holder = os.fork()
if holder:
    print(holder)
    sys.stdout.flush()
    os._exit(0)
os.setsid()
for stream in range(3):
    os.close(stream)
__import__("time").sleep(20)
"""
# What a process, its children and all their threads do meanwhile.
LOOKS = """
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
class Task:
    """A thread that waits: the name of its system call (its number, if it is none of CALLS), and the first argument."""

    call: str
    argument: int


@dataclass(frozen=True)
class Silence:
    """How often the server's threads woke, what they took of the processor in seconds, and where they wait.

    `first` is the thread with which the server began, `others` are all the others, of its children too; None is one of
    which the machine does not tell. Nothing is known of a server that has not `answered` each of the clients.
    What is asked of it raises AssertionError, so that a check fails by it, and Unavailable when nobody can tell.
    """

    wakes: int = 0
    seconds: float = 0.0
    first: Task | None = None
    others: tuple[Task | None, ...] = ()
    answered: bool = True

    def is_answered(self) -> None:
        """Each client was answered before it was silent."""
        assert self.answered, "clients that came after the others had gone were not answered"

    def costs_nothing(self) -> None:
        """The server did nothing."""
        self._must_be_known()
        took = f"{self.seconds:.2f} s of {SECONDS:g}"
        assert self.seconds <= MOST_SECONDS, f"next to no processor time was expected, and {took} were taken"
        assert self.wakes <= MOST_WAKES, f"nobody spoke for {SECONDS:g} s, and the server woke {self.wakes} times"

    def waits_in_select_for(self, descriptors: int) -> None:
        """The first thread waits in select for so many, the lowest ones, at least."""
        self._must_be_known()
        if self.first is None:
            raise Unavailable(UNTOLD)
        assert self.first.call == "select", f"select was expected, and it waits in {self.first.call}"
        # select's first argument is the highest of its descriptors, and one.
        assert self.first.argument >= descriptors, (
            f"{descriptors} descriptors are open, and select is asked for the lower ones alone"
        )

    def has_one_waiting_for_each(self, clients: int) -> None:
        """So many others are there, and each of them waits for a client."""
        self._must_be_known()
        expected = f"one for each of {clients} clients was expected"
        assert len(self.others) == clients, f"{expected}, and {len(self.others)} were there"
        if None in self.others:
            raise Unavailable(UNTOLD)
        waiting = sum(one is not None and one.call in FOR_A_DESCRIPTOR for one in self.others)
        assert waiting == clients, f"{expected}, and {waiting} waited for one"

    def _must_be_known(self) -> None:
        if not self.answered:
            raise Unavailable("it does not answer, as another check says")


def after_all_were_served(
    evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json], clients: int
) -> Silence:
    """The same as `of`; raises Unavailable when the scenario's own clients met an error."""
    if measured[failures.ERROR.key] is not None:
        raise Unavailable("the first clients were not served")
    return of(evidence, machine, clients)


def of(evidence: Evidence, machine: Callable[[str], Host], clients: int, more: int = 0) -> Silence:
    """Looks at the server while so many clients are silent, and as many more wait that it has no room for.

    It has not answered, too, when it ends. Raises Unavailable when it has died before, and EvidenceError when the lab
    could not look.
    """
    server = evidence.services["server"]
    if server.exit_status is not None:
        raise Unavailable("the server has died")
    port = str(server.said("ready")["port"])
    who = (_host(machine, port), port, str(clients), str(more))
    held = machine("client").run("python3 -c %s %s %s %s %s", HOLDS, *who)
    if held.rc != 0:
        return Silence(answered=False)
    try:
        looked = machine("server").run("python3 -c %s %s %s", LOOKS, str(server.pid), str(SECONDS))
    finally:
        machine("client").run("kill %s", held.stdout.strip())
    if looked.rc == 0:
        return understood(looked.stdout, str(server.pid))
    if machine("server").run(f"kill -0 {server.pid}").rc:
        return Silence(answered=False)
    raise EvidenceError(f"the silent server could not be looked at: {looked.stderr.strip()[-200:]}")


def _host(machine: Callable[[str], Host], port: str) -> str:
    """Where the server listens: at each address of a machine of its own, which has its name, or at one of many."""
    # Others listen there too, such as the engine's own name server.
    lines = machine("server").run("ss -Hltn").stdout.splitlines()
    listening = [line.split()[3].rpartition(":") for line in lines]
    host = next((host for host, _, number in listening if number == port), "server")
    return "server" if host == "0.0.0.0" else host


def understood(said: str, pid: str) -> Silence:
    """What LOOKS told of the process."""
    kind, wakes, seconds, calls = json.loads(said)
    names = {number: name for name, numbers in CALLS.get(kind, {}).items() for number in numbers}
    tasks = {thread: _task(words, names) for thread, *words in calls}
    first = tasks.pop(pid)
    return Silence(wakes, seconds, first, tuple(tasks.values()))


def _task(words: list[str], names: dict[int, str]) -> Task | None:
    """What /proc/PID/syscall says: the number and the arguments, or that the thread runs or is stopped.

    None where it may not be read, as under Yama (ptrace_scope), or the machine's numbers are unknown.
    """
    if not words or not names:
        return None
    if not words[0].isdecimal():
        return Task(words[0], 0)
    return Task(names.get(int(words[0]), words[0]), int(words[1], 16))
