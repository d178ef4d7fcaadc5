"""What it costs to serve: which of nine servers is dearer than which, in what, and by how much at least. Pure.

It rests on what each has the kernel and the interpreter do, and on nothing of the machine:

- Who comes. fork(2) copies the page tables of a whole interpreter and, one by one, the pages that either side writes
  to afterwards; the end of a process gives all of it back. pthread_create(3) makes a stack and a task of the kernel. A
  loop does neither: it makes one object. asyncio's transports and streams (Lib/asyncio/selector_events.py, streams.py)
  and a greenlet with its switches to the hub and back are some Python more; uvloop's are C, about as cheap as a loop.
- A request of each of many who are connected. One call tells epoll, and `selectors` on it, of all who have asked; each
  thread and each process is waked and put to sleep by the kernel for its own, and threads wait for the interpreter's
  lock beside. asyncio is `selectors` with more Python above it, and gevent is epoll with that. select and poll look at
  those who are silent as well, each time, so nothing is said of them here.
- Who stays. A process has its own copies of the pages that it wrote to; a thread the pages of its stack that it
  touched, and what the interpreter keeps of it; a greenlet the used part of its stack; asyncio and uvloop a task, a
  protocol and buffers; a loop of one's own a socket and a few words.
- Who comes at a rate that a server cannot keep up with waits for all those before: from when he should have come, the
  wait grows with each, however fast the one answer is. Where the others do keep up, that alone decides on a percentile.

Each margin is below what was measured, on a machine with nothing and with far too much else to do: of the processor for
each who comes, a process 4 to 6 times a thread, a thread 1.9 to 3 times a loop, asyncio 1.6 to 2.6 times; for each
request, a thread or process 1.2 to 2 times epoll, gevent and asyncio 1.2 to 1.8 times; of memory, a process 20 times a
thread, a thread 2.3 to 3 times a greenlet and 4 to 8 times a task, a greenlet 1.5 to 2.6 times a task, a task 8 to 50
times a socket.
"""

from dataclasses import dataclass

LOOPS = ("select", "poll", "epoll", "selectors")
# Of these, those that hear only of who has asked.
ASKED = ("epoll", "selectors")
# Those that keep no stack for a client.
TASKS = ("asyncio", "uvloop")
COROUTINES = ("gevent", "asyncio", "uvloop")
FORK, THREADS = "fork", "threads"
# How far from its best rate a server must be for it to be certain whether it keeps up.
CERTAIN = 1.25

Names = str | tuple[str, ...]


@dataclass(frozen=True)
class Dearer:
    """Each of `dear` costs at least `margin` times what each of `cheap` does."""

    cheap: Names
    dear: Names
    margin: float = 1.0


# The processor's time for a client that comes, asks once, and goes.
OF_A_CONNECTION = (
    Dearer((*LOOPS, "uvloop"), "asyncio"),
    Dearer(LOOPS, THREADS, 1.25),
    Dearer(THREADS, FORK, 2.0),
    Dearer((*LOOPS, *COROUTINES), FORK, 2.0),
)
# How long such a client takes: the client's own part of it, the same with all, makes the distances smaller.
OF_TIME = (
    Dearer((*LOOPS, "uvloop"), "asyncio"),
    Dearer(LOOPS, "gevent"),
    Dearer(LOOPS, THREADS, 1.1),
    Dearer(THREADS, FORK),
    Dearer((*LOOPS, *COROUTINES), FORK, 1.5),
)
# The processor's time for a request, when all who are connected ask together.
OF_A_REQUEST = (Dearer("selectors", "asyncio"), Dearer("epoll", "gevent"), Dearer(ASKED, (THREADS, FORK), 1.1))
OF_MEMORY = (
    Dearer(LOOPS, TASKS, 3.0),
    Dearer(TASKS, "gevent", 1.1),
    Dearer(COROUTINES, THREADS, 1.5),
    Dearer(THREADS, FORK, 5.0),
)
# Half of those who come at a constant rate, and nearly all, wait so many times longer for a process than for others.
HALF, NEARLY_ALL = 1.5, 2.0


def falls_behind(connections: float, rate: float) -> bool:
    """Whether it is certain that a server of so many `connections` a second at its best cannot keep up with `rate`."""
    return connections * CERTAIN < rate


def keeps_up(connections: float, rate: float) -> bool:
    """Whether a server that takes so many `connections` a second at its best surely keeps up with `rate`."""
    return connections > rate * CERTAIN
