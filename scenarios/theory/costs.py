"""What it takes to hand control over, and to have somebody wait: the order of costs, and room for a busy machine. Pure.

Handing over:
- A generator that is resumed is one more frame for the interpreter to go on in (CPython, Python/ceval.c, SEND, FOR_ITER
  and gen_send_ex): no stack is changed.
- A greenlet has a C stack of its own: its switch saves registers, and copies the part of the stack that both use
  (greenlet, TPythonState and StackState).
- A thread or a process can only be handed over to by the kernel: two system calls, a sleep, a wake-up and a context
  switch. On one processor each handover is at least one context switch, which the kernel counts (proc(5), status).

Waiting:
- A task is a coroutine's frame and a few objects, a greenlet has the used part of its C stack beside them, a thread a
  stack and a kernel task of its own. Each has its own things: the memory is linear in their number.
"""

# Who is handed over to, cheapest first. Threads and processes cost about the same: the kernel switches both.
WITHIN_A_THREAD = ("generators", "greenlets")
BY_THE_KERNEL = ("threads", "processes")
# By how much a kind must cost more than another, far below what was measured on quiet and on busy machines: a greenlet
# 7 to 40 times a generator, a thread 50 to 200 times a greenlet, a process 30 to 100 times.
TIMES_A_GREENLET = 4.0
TIMES_A_GENERATOR = {"greenlets": 2.5, "threads": 10.0, "processes": 10.0}
# One turn of the other one hands over to it, and back.
PER_TURN = 2


def times_handed_over(turns: int, rounds: int) -> int:
    """How often control is handed over: to the other one and back in each turn."""
    return PER_TURN * turns * rounds


def context_switches(kind: str, turns: int, rounds: int) -> tuple[int, int | None]:
    """(at least, at most) how many the kernel counts for all threads and processes of it, on one processor.

    At least one for each handover by the kernel; there is no most, since others want the processor too. Within a thread
    there are only those of starting up and of being preempted, far less than one in two.
    """
    count = times_handed_over(turns, rounds)
    return (count, None) if kind in BY_THE_KERNEL else (0, count // 2)


# Who waits, cheapest first; and how many times a task's cost each of the others has at least, far below what was
# measured: of memory 6 to 9 and 12 to 20, of the processor's time to begin one 2 to 3 and 5 to 20.
WAITERS = ("tasks", "greenlets", "threads")
TIMES_THE_MEMORY = {"greenlets": 2.0, "threads": 3.0}
TIMES_THE_BEGINNING = {"greenlets": 1.1, "threads": 2.0}
# What fits a straight line through the origin, when pages and tables are taken a few at a time.
LINEAR = (0.75, 1.25)
# What a program is itself: its main thread counts like any other (cgroup-v2.rst, PID: pids.max counts tasks).
OWN_THREADS = 1
CANNOT_START = ("RuntimeError", "can't start new thread")


def threads_begun(asked: int, pids_limit: int | None) -> int:
    """How many threads a program can begin of those that it is asked for; None is no limit."""
    return asked if pids_limit is None else min(asked, pids_limit - OWN_THREADS)


def steps_of(asked: int, begun: int, steps: int = 4) -> list[int]:
    """The numbers at which a program stops that begins its `asked` in equal steps, and ends at `begun`."""
    whole = [asked * step // steps for step in range(1, steps + 1)]
    return sorted({*(number for number in whole if number <= begun), begun})
