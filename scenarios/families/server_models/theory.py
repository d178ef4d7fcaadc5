"""The cost of serving a client: which of nine server models costs more than which others, and at least how much. Pure.

It rests on the work of kernel and interpreter for each model, not on the speed of the machine:

- A new connection. fork(2) copies the page tables of a whole interpreter; pages are shared copy-on-write, and each
  that either side writes to later is copied; the end of a process releases all of it. pthread_create(3) makes a stack
  and a kernel task. A loop does neither: it makes one object. asyncio's transports and streams (Lib/asyncio/
  selector_events.py, streams.py), and a greenlet with its switches to the hub and back, run more Python; uvloop's are
  in C, and cost about as little as a plain loop.
- A request on each of many connections. One call returns all ready clients from epoll, or from `selectors` on it. The
  kernel wakes each thread or process for its own request and puts it to sleep again, and threads (with a GIL) also
  wait for the interpreter's lock. asyncio is `selectors` with more Python above it, and gevent is epoll with that.
  select and poll also check all idle clients at each call, so nothing is predicted for them.
- A connection that stays. A process has its own copies of the pages that it wrote to; a thread the pages of its stack
  that it touched, and its interpreter state; a greenlet its saved slice of the thread's C stack; asyncio and uvloop a
  task, a protocol and buffers; a plain loop a socket and a few words.
- A server slower than the arrival rate builds a growing queue: since each client was due, its wait is longer than that
  of the one before, however fast a single answer is. If the other servers keep up, this alone decides a percentile.

Each margin is below what was measured, on an idle and on an overloaded machine. CPU time of a connection: a process 4
to 6 times a thread, a thread 1.9 to 3 times a loop, asyncio 1.6 to 2.6 times. CPU time of a request: a thread or
process 1.2 to 2 times epoll, gevent and asyncio 1.2 to 1.8 times. Memory: a process 20 times a thread, a thread 2.3 to
3 times a greenlet and 4 to 8 times a task, a greenlet 1.5 to 2.6 times a task, a task 8 to 50 times a socket.
"""

from scenarios.judging.quantities import Order

LOOPS = ("select", "poll", "epoll", "selectors")
# Of these, those that get only the ready clients.
READY_ONLY = ("epoll", "selectors")
# How much the same work differs, of one loop at two moments, or of two loops: measured 1.06 to 1.2 on a quiet machine
# with few idle clients, and 1.3 to 2.3 beside other work, since processors share caches and clock. Then costs that are
# as close cannot be told apart.
NOISE = 1.25
# Models that keep no stack for a client.
TASKS = ("asyncio", "uvloop")
COROUTINES = ("gevent", "asyncio", "uvloop")
FORK, THREADS = "fork", "threads"
# Whether a server keeps up is certain only if its best rate and the arrival rate differ by this factor.
CERTAIN = 1.25

# CPU time for a client that connects, sends one request, and leaves.
OF_A_CONNECTION = (
    Order(((*LOOPS, "uvloop"), "asyncio")),
    Order((LOOPS, THREADS), 1.25),
    Order((THREADS, FORK), 2.0),
    Order(((*LOOPS, *COROUTINES), FORK), 2.0),
)
# How many such clients per second: their own part, the same for all servers, makes the differences smaller.
OF_SPEED = (
    Order(("asyncio", (*LOOPS, "uvloop"))),
    Order(("gevent", LOOPS)),
    Order((THREADS, LOOPS), 1.1),
    Order((FORK, THREADS)),
    Order((FORK, (*LOOPS, *COROUTINES)), 1.5),
)
# CPU time for a request when all connected clients send one together.
OF_A_REQUEST = (
    Order(("selectors", "asyncio")),
    Order(("epoll", "gevent")),
    Order((READY_ONLY, (THREADS, FORK)), 1.1),
)
OF_MEMORY = (
    Order((LOOPS, TASKS), 3.0),
    Order((TASKS, "gevent"), 1.1),
    Order((COROUTINES, THREADS), 1.5),
    Order((THREADS, FORK), 5.0),
)
# At a constant rate, median and 99th percentile of the wait for fork are so many times those of the others.
HALF, NEARLY_ALL = 1.5, 2.0


def falls_behind(connections: float, rate: float) -> bool:
    """Whether a server that takes at best so many `connections` per second certainly cannot keep up with `rate`."""
    return connections * CERTAIN < rate


def keeps_up(connections: float, rate: float) -> bool:
    """Whether a server that takes at worst so many `connections` per second certainly keeps up with `rate`."""
    return connections > rate * CERTAIN
