"""Opens idle connections to an echo server, for the checks of exercises: does it sleep meanwhile, and in which call?

The lab itself connects, from the client's machine, and looks at the server's threads in /proc. Nothing here depends on
how fast the machine is: a server that works is told from one that gets no CPU by its context switches and CPU time.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from testinfra.host import Host

from labs.idle_probe import release, server_address
from scenarios.errors import EvidenceError, OutOfTime, Unavailable
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence
from scenarios.results.sample import Sample

Machines = Callable[[str], Host]
# A server rests if it is not woken more than once in WINDOW seconds; it gets SECONDS to come to rest.
WINDOW, SECONDS, PAUSE = 0.5, 10.0, 0.02
# A server that does not rest has worked if it was woken so often, or took so many seconds of CPU time.
WAKES, CPU_SECONDS = 20, 0.1
# Connects clients that must each get one answer, many at a time, then `more` that need get none. It stops when the
# server answers no client for `patience` seconds. A child process keeps the connections open; its PID is printed, and
# the answers.
OPEN = """
import json, os, resource, socket, sys, time
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
host, (port, clients, more, patience) = sys.argv[1], map(int, sys.argv[2:])
held, answered = [], 0

def ask(count):
    for _ in range(count):
        held.append(socket.create_connection((host, port), patience))
        held[-1].sendall(b"?")

try:
    while answered < clients:
        ask(min(clients - answered, 100))
        for sock in held[answered:]:
            if sock.recv(1) != b"?":
                raise OSError("another answer")
            answered += 1
    ask(more)
except OSError:
    pass
holder = os.fork()
if holder:
    print(json.dumps([holder, answered]), flush=True)
    os._exit(0)
os.setsid()
os.closerange(0, 3)
time.sleep(300)
"""
# Sends a byte and waits for it to come back, again and again. It pauses in between, so that each byte wakes the server:
# of bytes that come in a rush, a server may answer several in one turn of its loop.
ECHO = """
import socket, sys, time
host, (port, echoes, patience) = sys.argv[1], map(int, sys.argv[2:])
with socket.create_connection((host, port), patience) as sock:
    for _ in range(echoes):
        sock.sendall(b"!")
        if not sock.recv(1):
            sys.exit("the server closed the connection")
        time.sleep(0.0005)
"""
PATIENCE = 15
# What an echo costs is measured beside so few idle clients, and in rounds of so many echoes.
FEW, ROUNDS, ECHOES = 10, 5, 100
NO_ANSWER = "the server does not answer, as another check says"


@dataclass(frozen=True)
class Idle:
    """A server while `clients` connections are idle, of which `answered` got an answer.

    `mechanism` is the call that its main thread waits in (`running` if it works, `ended` if it has ended), with `size`
    as in Wait. It `rests` if nothing woke it for a while. `wakes` and `cpu_seconds` were spent within `seconds`.
    """

    clients: int
    answered: int
    rests: bool
    mechanism: str
    size: int | None = None
    wakes: int = 0
    cpu_seconds: float = 0.0
    seconds: float = 0.0

    def check_answered(self) -> None:
        assert self.answered == self.clients, (
            f"{self.clients} new clients connected and sent a byte; {self.clients} answers were expected, and "
            f"{self.answered} came (the server: {self.mechanism})"
        )

    def check_rests(self) -> None:
        self._require_answered()
        assert self.rests, (
            f"the server was expected to sleep while its {self.clients} clients were idle; within {self.seconds:.1f} s "
            f"it woke {self.wakes} times and took {self.cpu_seconds:.2f} s of CPU time"
        )

    def check_waits_in(self, mechanism: str, least: int = 0) -> None:
        """`least` is the smallest size that the call may have: for select, its highest descriptor plus one."""
        self._require_answered()
        assert self.mechanism == mechanism, f"the server waits in {self.mechanism}; {mechanism} was expected"
        assert self.size is None or self.size >= least, (
            f"the server passes {mechanism} {self.size} descriptors; at least {least} were expected with "
            f"{self.clients} clients connected"
        )

    def _require_answered(self) -> None:
        if self.answered < self.clients or self.mechanism == "ended":
            raise Unavailable(NO_ANSWER)


@contextmanager
def connected(evidence: Evidence, machine: Machines, clients: int, more: int = 0) -> Iterator[int]:
    """Keeps so many connections open; yields how many of the `clients` got an answer."""
    where = where_it_listens(evidence, machine)
    opened = machine("client").run("python3 -c %s %s %s %s %s %s", OPEN, *where, str(clients), str(more), str(PATIENCE))
    if opened.rc:
        raise EvidenceError(f"idle connections cannot be opened: {opened.stderr.strip()[-200:]}")
    holder, answered = json.loads(opened.stdout)
    try:
        yield int(answered)
    finally:
        release(machine, str(holder))


def observe(evidence: Evidence, machine: Machines, look: Look, clients: int, more: int = 0) -> Idle:
    """The server's behaviour while `clients` are idle, and `more` wait because it has no room for them."""
    with connected(evidence, machine, clients, more) as answered:
        return rest(look, clients, answered)


def rest(look: Look, clients: int, answered: int, service: str = "server") -> Idle:
    """Waits until the server rests; raises OutOfTime if it could not get that far, and did not work either."""
    first = since = look(service)
    begun = quiet = time.monotonic()
    while (sample := look(service)) is not None and first is not None and since is not None:
        wait, now = sample.main_wait(), time.monotonic()
        if wait.call == "running" or wait.call != since.main_wait().call or _wakes(since, sample) > 1:
            since, quiet = sample, now
        spent = _wakes(first, sample), sample.all_cpu_seconds - first.all_cpu_seconds, now - begun
        if now > quiet + WINDOW:
            return Idle(clients, answered, True, wait.mechanism, wait.size, *spent)
        if now > begun + SECONDS:
            if spent[0] < WAKES and spent[1] < CPU_SECONDS:
                raise OutOfTime("this machine is too busy: the server did not come to rest, and hardly ran either")
            return Idle(clients, answered, False, wait.mechanism, wait.size, *spent)
        time.sleep(PAUSE)
    return Idle(clients, answered, False, "ended")


def cost_growth(evidence: Evidence, machine: Machines, look: Look, clients: int) -> float:
    """How much more CPU time an echo costs the server beside so many idle clients than beside FEW, as a ratio."""
    few, many = (_cost(evidence, machine, look, idle) for idle in (FEW, clients))
    return many / few


def _cost(evidence: Evidence, machine: Machines, look: Look, clients: int) -> float:
    """The least of several rounds, as other processes only ever make an echo more expensive."""
    with connected(evidence, machine, clients) as answered:
        if answered < clients:
            raise Unavailable(NO_ANSWER)
        return min(_round(evidence, machine, look) for _ in range(ROUNDS))


def _round(evidence: Evidence, machine: Machines, look: Look) -> float:
    where = where_it_listens(evidence, machine)
    before = look("server")
    done = machine("client").run("python3 -c %s %s %s %s %s", ECHO, *where, str(ECHOES), str(PATIENCE))
    after = look("server")
    if before is None or after is None or done.rc:
        raise Unavailable(NO_ANSWER)
    if not (before.exact and after.exact):
        raise Unavailable("this machine does not tell CPU times in nanoseconds")
    return after.all_cpu_seconds - before.all_cpu_seconds


def _wakes(before: Sample, after: Sample) -> int:
    if before.voluntary is None or after.voluntary is None:
        raise Unavailable("this machine does not count context switches")
    return after.voluntary - before.voluntary


def where_it_listens(evidence: Evidence, machine: Machines) -> tuple[str, str]:
    """Its address as the client's machine reaches it, and its port; raises Unavailable if it has ended."""
    server = evidence.services["server"]
    if server.exit_status is not None:
        raise Unavailable("the server has ended")
    port = str(server.said("ready")["port"])
    return server_address(machine, port), port
