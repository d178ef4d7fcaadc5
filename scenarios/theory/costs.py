"""The cost of one switch, and of one waiting task, greenlet or thread: which costs more, at least how often. Pure.

Switching:
- To resume a generator is one more frame for the interpreter (CPython, Python/ceval.c, SEND, FOR_ITER and gen_send_ex):
  the stack stays the same.
- A greenlet has no C stack of its own. Its switch saves registers, and copies slices of the thread's stack: the slice
  that both greenlets use is saved to the heap, and restored later (greenlet.cpp, TPythonState and StackState).
- Only the kernel can switch between threads or processes: two system calls, a sleep, a wake-up and a context switch. On
  one CPU each switch is at least one context switch, which the kernel counts (proc(5), status).

Waiting:
- A task is a coroutine's frame and a few objects. A greenlet also has its saved slice of the thread's C stack, a thread
  a stack and a kernel task of its own. Nothing of this is shared: the memory is linear in their number, and limits all
  of them (in a container that of its cgroup). Threads count against pids.max, threads-max and max_map_count too.
"""

# Cheapest first. Threads and processes cost about the same: the kernel switches both.
WITHIN_A_THREAD = ("generators", "greenlets")
BY_THE_KERNEL = ("threads", "processes")
# How many times as much as another a kind costs at least. Measured on quiet and busy machines: a greenlet 7 to 40 times
# a generator, a thread 50 to 200 times a greenlet, a process 30 to 100 times.
TIMES_A_GREENLET = 4.0
TIMES_A_GENERATOR = {"greenlets": 2.5, "threads": 10.0, "processes": 10.0}
# Each turn of the other side takes a switch to it, and one back.
PER_TURN = 2


def switches(turns: int, rounds: int) -> int:
    """How many switches so many rounds of `turns` take: to the other side and back in each turn."""
    return PER_TURN * turns * rounds


def context_switches(kind: str, turns: int, rounds: int) -> tuple[int, int | None]:
    """(least, most) context switches that the kernel counts for a kind, on one CPU; None is no upper bound."""
    # The kernel makes at least one for each of its switches, and more since other processes want the CPU too. Within a
    # thread there are only those of the start and of preemption, far fewer than half of the switches.
    count = switches(turns, rounds)
    return (count, None) if kind in BY_THE_KERNEL else (0, count // 2)


# Cheapest first; and how many times a task's cost each of the others has at least. Measured: 6 to 9 and 12 to 20 times
# the memory, 2 to 3 and 5 to 20 times the CPU time to start one.
WAITERS = ("tasks", "greenlets", "threads")
TIMES_THE_MEMORY = {"greenlets": 2.0, "threads": 3.0}
TIMES_THE_BEGINNING = {"greenlets": 1.1, "threads": 2.0}
# The exponents of growth that count as linear, since pages and tables are allocated a few at a time.
LINEAR = (0.75, 1.25)
# The main thread counts like any other (cgroup-v2.rst, PID: pids.max counts tasks).
OWN_THREADS = 1
CANNOT_START = ("RuntimeError", "can't start new thread")


def threads_begun(asked: int, pids_limit: int | None) -> int:
    """How many of the threads that it is asked for a program can start; None is no limit."""
    return asked if pids_limit is None else min(asked, pids_limit - OWN_THREADS)


def steps_of(asked: int, begun: int, steps: int = 4) -> list[int]:
    """The counts at which a program pauses if it starts `asked` tasks in equal steps, and can start only `begun`."""
    whole = [asked * step // steps for step in range(1, steps + 1)]
    return sorted({*(number for number in whole if number <= begun), begun})
