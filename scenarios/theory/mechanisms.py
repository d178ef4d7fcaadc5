"""What nine ways of serving many clients take for each of them, and what they do when it cannot be had. Pure.

Threads, processes and descriptors follow from the mechanism; what it has open of its own from these sources:

- select and poll have nothing; epoll_create1(2): epoll is one descriptor; CPython, Lib/selectors.py: on Linux
  `DefaultSelector` is epoll.
- CPython, Lib/asyncio/selector_events.py, _make_self_pipe(): a selector, and a socket pair that wakes it, of
  which one end is watched.
- gevent's libev, ev_epoll.c and ev.c, evpipe_init(): epoll, and an eventfd that wakes it, which is watched.
- libuv, src/unix: epoll (linux.c); an io_uring ring for changes of the epoll set, where the kernel and the container
  allow one (linux.c, uv__iou_init); two pipes for signals, the process's lock and the loop's own (signal.c); an eventfd
  that wakes the loop (async.c); a reserve (stream.c, uv__stream_init, `emfile_fd`). uvloop adds a socket pair for
  Python's signals (loop.pyx, _ssock). Watched are one end of the loop's pipe, the eventfd, and one end of the pair.
- fork(2): the child has its own descriptor of the client, so the parent closes its.

Out of descriptors: whoever calls accept itself gets EMFILE. gevent's baseserver.py, _do_read(), and asyncio's
selector_events.py, _accept_connection(), stop accepting, tell of it and try again later: who comes waits, connected by
the kernel alone. libuv's uv__emfile_trick() closes its reserve, accepts with it, closes the client, and reopens it.
Out of processes, fork(2) fails with EAGAIN and pthread_create(3) with it too: both count against pids.max (Linux,
kernel/cgroup/pids.c).
"""

import math
from dataclasses import dataclass
from typing import Literal

from scenarios.theory.descriptors import EMFILE, LISTENERS, STANDARD_STREAMS, Server, descend

Task = Literal["loop", "thread", "process"]
# How a mechanism meets a client for whom there is no descriptor.
Refusal = Literal["dies", "waits", "sheds", "pauses", "queues"]
# pthread_create's failure as CPython's _thread tells it; fork's as the C library does.
NO_TASK = {
    "thread": ("RuntimeError", "can't start new thread"),
    "process": ("BlockingIOError", "[Errno 11] Resource temporarily unavailable"),
}
# What the client sees of a server that lives and does not serve it: who says it, and how.
SEEN = {
    "waits": ("TimeoutError", "timed out"),
    "sheds": ("ConnectionError", "the server closed the connection"),
    "pauses": ("TimeoutError", "timed out"),
    "queues": ("TimeoutError", "timed out"),
}


@dataclass(frozen=True)
class Mechanism:
    """One way of serving: `own` descriptors beside streams and listener, `watched` ones of its own in its epoll set
    (None without one).
    """

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
    "uvloop": Mechanism(own=9, watched=3, refusal="sheds"),
}

# One client after the other: no way of serving many, but where all of them begin. And select that knows its limits: it
# asks for new clients only while there is room for one.
SERIAL, BOUNDED = "serial", "bounded"
KNOWN = {**MECHANISMS, SERIAL: Mechanism(refusal="queues"), BOUNDED: Mechanism(refusal="pauses")}


@dataclass(frozen=True)
class Machine:
    """Where it serves: `nofile` descriptors for each process, `pids` processes and threads together (None: as many as
    it likes), and the io_uring `rings` that libuv was given.
    """

    nofile: int
    pids: int | None = None
    rings: int = 0


@dataclass(frozen=True)
class Fate:
    """How far a server comes: the clients it serves at the same time and, if it comes no further, what whoever is named
    says of the next one.
    """

    served: int
    says: Literal["server", "client"] | None = None
    kind: str | None = None
    message: str = ""
    reason: str = ""

    @property
    def lives(self) -> bool:
        """Whether the server is still there."""
        return self.says != "server"


def answers(name: str, fate: Fate) -> bool | None:
    """Whether those that are connected are served on, whatever became of the next one: processes outlive their parent.

    None where it depends on the moment: threads may still answer while the interpreter around them ends.
    """
    if fate.lives or KNOWN[name].task == "process":
        return True
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
    """Descriptors in the epoll set: the mechanism's own, the listener and every client; None without such a set."""
    own = KNOWN[name].watched
    return None if own is None else own + LISTENERS + clients


def fate(name: str, machine: Machine, clients: int) -> Fate:
    """What becomes of a server to which `clients` come one by one and stay.

    At equal counts descriptors come first: accept is called before the thread or the process is asked for.
    """
    if name == SERIAL and clients > 1:
        reason = "the server waits for its first client alone: the next one is connected by the kernel, and waits too."
        return Fate(1, "client", *SEEN["queues"], reason)
    task, by_tasks = KNOWN[name].task, until_no_task(name, machine.pids)
    by_descriptors = _by_descriptors(name, machine, clients)
    if by_tasks < clients and (by_descriptors.says is None or by_tasks < by_descriptors.served):
        served = int(by_tasks)
        kind, message = NO_TASK[task]
        reason = (
            f"the server may have {machine.pids} tasks and is one itself: no {task} is left for client {served + 1}."
        )
        return Fate(served, "server", kind, message, reason)
    return by_descriptors


def until_no_task(name: str, pids: int | None) -> float:
    """Clients until there is no thread or process left for the next."""
    return math.inf if pids is None or KNOWN[name].task == "loop" else pids - 1


def _by_descriptors(name: str, machine: Machine, clients: int) -> Fate:
    mechanism = KNOWN[name]
    if mechanism.per_client == 0:
        reason = f"each of {clients} clients has a process of its own, and the first one keeps no descriptor of any."
        return Fate(clients, reason=reason)
    # Only select has a limit of its own; for the others any mechanism without one stands here.
    selector = "select" if name in ("select", BOUNDED) else "epoll"
    own = open_before(name, machine.rings)
    served, kind, message, reason = descend(Server(selector, "linux", machine.nofile, own), clients)
    if kind is None:
        return Fate(served, reason=_room(name, machine, clients))
    if mechanism.refusal == "pauses":
        most = f"{own} + {served} descriptors are all that it may have or select can ask about"
        reason = f"{most}; it asks for no more clients then, and the next one waits, connected by the kernel alone."
        return Fate(served, "client", *SEEN["pauses"], reason)
    if message == EMFILE and mechanism.refusal != "dies":
        kind, message = SEEN[mechanism.refusal]
        happens = {
            "waits": "the server tells of it and tries again later: the client waits, connected by the kernel alone.",
            "sheds": "libuv spends its reserve to accept the client and close it at once, and tells nobody.",
        }
        reason = f"{own} + {served} descriptors are all {machine.nofile}; {happens[mechanism.refusal]}"
        return Fate(served, "client", kind, message, reason)
    return Fate(served, "server", kind, message or "", reason)


def _room(name: str, machine: Machine, clients: int) -> str:
    count = threads(name, clients)
    return (
        f"{clients} clients make {descriptors(name, clients, machine.rings)} descriptors of {machine.nofile} and "
        f"{count} {'thread' if count == 1 else 'threads'}."
    )
