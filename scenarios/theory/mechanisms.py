"""The resources that each way of serving clients takes for each, and what happens when they run out. Pure.

Threads, processes and descriptors follow from the mechanism; the descriptors of its own from these sources:

- select and poll need none. epoll_create1(2): epoll is one descriptor. CPython, Lib/selectors.py: `DefaultSelector` is
  epoll on Linux.
- CPython, Lib/asyncio/selector_events.py, _make_self_pipe(): a selector, and a socket pair that wakes it, of which one
  end is watched. (This is the selector loop; on Windows the default is the proactor loop since 3.8.)
- gevent's libev, ev_epoll.c and ev.c, evpipe_init(): epoll, and an eventfd that wakes it and is watched.
- libuv, src/unix: epoll (linux.c); an io_uring ring for changes of the epoll set, where the kernel and the container
  allow one (linux.c, uv__iou_init); two pipes for signals, the process's lock and the loop's own (signal.c); an eventfd
  that wakes the loop (async.c); a reserve (stream.c, uv__stream_init, `emfile_fd`). uvloop adds a socket pair for
  Python's signals (loop.pyx, _ssock). One end of the loop's pipe, the eventfd, and one end of the pair are watched.
- fork(2): each child holds its client's descriptor, so the parent closes its own.

Out of descriptors: a server that calls accept itself gets EMFILE. gevent's baseserver.py, _do_read(), and asyncio's
selector_events.py, _accept_connection(), report it, stop accepting and try again later; meanwhile clients wait in the
listener's queue, connected by the kernel (the queue holds min(backlog, somaxconn) + 1). libuv's uv__emfile_trick()
closes its reserve, accepts the client, closes it, and reopens the reserve. Out of processes or threads: fork(2) and
pthread_create(3) fail with EAGAIN, since both count against pids.max (Linux, kernel/cgroup/pids.c).
"""

import math
from dataclasses import dataclass
from typing import Literal

from scenarios.theory.descriptors import EMFILE, LISTENERS, STANDARD_STREAMS, Server, first_limit

Task = Literal["loop", "thread", "process"]
# What a mechanism does about a client for which it has no descriptor.
Refusal = Literal["dies", "waits", "closes", "pauses", "queues"]
# pthread_create's failure in the words of CPython's _thread, fork's in those of the C library.
NO_TASK = {
    "thread": ("RuntimeError", "can't start new thread"),
    "process": ("BlockingIOError", "[Errno 11] Resource temporarily unavailable"),
}
# The exception that a client gets from a server that lives and does not serve it.
SEEN = {
    "waits": ("TimeoutError", "timed out"),
    "closes": ("ConnectionError", "the server closed the connection"),
    "pauses": ("TimeoutError", "timed out"),
    "queues": ("TimeoutError", "timed out"),
}


@dataclass(frozen=True)
class Mechanism:
    """One way of serving: `own` descriptors beside streams and listener, `watched` of these in an epoll set if any."""

    own: int = 0
    watched: int | None = None
    task: Task = "loop"
    refusal: Refusal = "dies"

    @property
    def per_client(self) -> int:
        """Descriptors of the first process that each client takes."""
        return 0 if self.task == "process" else 1


MECHANISMS = {
    "select": Mechanism(),
    "poll": Mechanism(),
    "epoll": Mechanism(own=1, watched=0),
    "selectors": Mechanism(own=1, watched=0),
    "threads": Mechanism(task="thread"),
    "fork": Mechanism(task="process"),
    "gevent": Mechanism(own=2, watched=1, refusal="waits"),
    "asyncio": Mechanism(own=3, watched=1, refusal="waits"),
    "uvloop": Mechanism(own=9, watched=3, refusal="closes"),
}

# `serial` serves one client after another. `bounded` is select with a check of its limits: it accepts only while there
# is room for a client.
SERIAL, BOUNDED = "serial", "bounded"
KNOWN = {**MECHANISMS, SERIAL: Mechanism(refusal="queues"), BOUNDED: Mechanism(refusal="pauses")}


@dataclass(frozen=True)
class Machine:
    """The limits of descriptors, and of processes and threads together (None: no limit); libuv's io_uring rings."""

    nofile: int
    pids: int | None = None
    rings: int = 0


@dataclass(frozen=True)
class Fate:
    """How many clients a server serves at the same time; if it cannot serve the next, which side raises what."""

    served: int
    says: Literal["server", "client"] | None = None
    kind: str | None = None
    message: str = ""
    reason: str = ""

    @property
    def lives(self) -> bool:
        return self.says != "server"


def answers(name: str, fate: Fate) -> bool | None:
    """Whether connected clients are still served, whatever became of the next one; None if it depends on the moment."""
    if fate.lives or KNOWN[name].task == "process":  # processes outlive their parent
        return True
    # Threads may still answer while the interpreter ends.
    return False if KNOWN[name].task == "loop" else None


def open_before(name: str, rings: int = 0) -> int:
    """Descriptors that are open before the first client."""
    return STANDARD_STREAMS + LISTENERS + KNOWN[name].own + (rings if name == "uvloop" else 0)


def descriptors(name: str, clients: int, rings: int = 0) -> int:
    """Descriptors of the first process with so many clients connected."""
    return open_before(name, rings) + clients * KNOWN[name].per_client


def processes(name: str, clients: int) -> int:
    """Processes with so many clients connected, the first one included."""
    return 1 + clients * (KNOWN[name].task == "process")


def threads(name: str, clients: int) -> int:
    """Threads of all processes with so many clients connected."""
    return 1 + clients * (KNOWN[name].task != "loop")


def watched(name: str, clients: int) -> int | None:
    """Descriptors in the epoll set: the mechanism's own, the listener and every client; None without an epoll set."""
    own = KNOWN[name].watched
    return None if own is None else own + LISTENERS + clients


def fate(name: str, machine: Machine, clients: int) -> Fate:
    """The fate of a server if `clients` connect one by one and stay."""
    if name == SERIAL and clients > 1:
        reason = "the server serves only its first client: the kernel connects the next one, which waits in the queue."
        return Fate(1, "client", *SEEN["queues"], reason)
    task = KNOWN[name].task
    by_tasks = math.inf if machine.pids is None or task == "loop" else machine.pids - 1
    by_descriptors = _by_descriptors(name, machine, clients)
    # At equal counts descriptors run out first: accept comes before the thread or the process is started.
    if by_tasks < clients and (by_descriptors.says is None or by_tasks < by_descriptors.served):
        served = int(by_tasks)
        left = f"no {task} is left for client {served + 1}"
        reason = f"of {machine.pids} tasks that are allowed the server is one: {left}."
        return Fate(served, "server", *NO_TASK[task], reason)
    return by_descriptors


def _by_descriptors(name: str, machine: Machine, clients: int) -> Fate:
    mechanism = KNOWN[name]
    if mechanism.per_client == 0:
        reason = f"each of {clients} clients has a process of its own, and the parent keeps no client's descriptor."
        return Fate(clients, reason=reason)
    # Only select has a limit of its own; epoll stands for all others.
    selector = "select" if name in ("select", BOUNDED) else "epoll"
    own = open_before(name, machine.rings)
    served, kind, message, reason = first_limit(Server(selector, "linux", machine.nofile, own), clients)
    if kind is None:
        return Fate(served, reason=_room(name, machine, clients))
    if mechanism.refusal == "pauses" or (message == EMFILE and mechanism.refusal != "dies"):
        happens = {
            "pauses": "that the server may open or select accepts; it then accepts no more, and the next client waits "
            "in the queue, connected by the kernel.",
            "waits": f"{machine.nofile}; the server reports it and retries later: the client waits in the queue, "
            "connected by the kernel.",
            "closes": f"{machine.nofile}; libuv uses its reserve to accept the client, closes it at once, and reports "
            "nothing.",
        }
        reason = f"{own} + {served} descriptors are all {happens[mechanism.refusal]}"
        return Fate(served, "client", *SEEN[mechanism.refusal], reason)
    return Fate(served, "server", kind, message or "", reason)


def _room(name: str, machine: Machine, clients: int) -> str:
    count = threads(name, clients)
    return (
        f"{clients} clients need {descriptors(name, clients, machine.rings)} of {machine.nofile} descriptors and "
        f"{count} {'thread' if count == 1 else 'threads'}."
    )
