"""A sample of a service's process, as frozen values, from the numbers that the probe reads in /proc."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scenarios.errors import Unavailable
from scenarios.results.kept import Kept

SECOND = 1_000_000_000  # in nanoseconds
# Mechanisms by their system calls: where the timeout stands in the arguments, and whether it is a pointer to a time.
MECHANISMS = {
    **{"select": ("select", 4, True), "pselect6": ("select", 4, True)},
    **{"poll": ("poll", 2, False), "ppoll": ("poll", 2, True)},
    **{"epoll_wait": ("epoll", 3, False), "epoll_pwait": ("epoll", 3, False), "epoll_pwait2": ("epoll", 3, True)},
}
FOREVER, LONG = 0xFFFFFFFF, 1000  # of timeouts in milliseconds: -1, as the kernel shows an int, and a second


@dataclass(frozen=True, kw_only=True)
class Wait(Kept):
    """The system call that a thread waits in: its name, or `running`; its number if the probe has no name for it.

    `arguments` are the call's first ones. `process` and `thread` are their ids in the machine.
    """

    process: int
    thread: int
    call: str
    arguments: tuple[int, ...]

    @property
    def mechanism(self) -> str:
        """select, poll or epoll; else the call itself."""
        return MECHANISMS[self.call][0] if self.call in MECHANISMS else self.call

    @property
    def size(self) -> int | None:
        """The descriptors passed to poll, or the highest passed to select plus one; else None."""
        place = {"select": 0, "poll": 1}.get(self.mechanism)
        return None if place is None else self.arguments[place]

    @property
    def sleeps(self) -> bool:
        """Whether select, poll or epoll waits without a timeout, or with one that is known to be a second or more."""
        if self.call not in MECHANISMS:
            return False
        _, place, pointer = MECHANISMS[self.call]
        return self.arguments[place] == 0 if pointer else self.arguments[place] & FOREVER >= LONG


@dataclass(frozen=True, kw_only=True)
class Sample(Kept):
    """One sample of a service's process, read from /proc, from outside the program.

    - `moment`: what had just happened: `ready`, `ended`, a checkpoint of the program, or `last stretch` when the last
      seconds before the deadline began.
    - `descriptors`, `watched`: how many are open, and how many its epoll sets watch together (None without a set).
    - `epoll_sets`: how many epoll sets it has.
    - `files`: how many of its descriptors are of files; devices do not count.
    - `nofile_soft`, `nofile_hard`: the effective limits.
    - `resident`, `cpu_seconds`: the process's memory in bytes, and its user plus system time.
    - `processes`, `threads`, `memory`, `all_cpu_seconds`: of the process with all its descendants. `memory` is their
      private memory in bytes, with what they share counted once (Pss_Anon of proc(5); None if the kernel does not say).
      `all_cpu_seconds` includes descendants that ended and were waited for.
    - `exact`: both times come from the clocks of running processes; else, and for ended ones, /proc counts hundredths.
    - `ended_threads`: the CPU time of the process's ended threads; it grows between two samples if a thread came and
      went. None if it cannot be known, as while other threads run.
    - `voluntary`, `involuntary`: the context switches of all living threads of these processes; None if there are too
      many threads to look at, or if the kernel does not say.
    - `octets`: the bytes of all IP packets, with their headers, that came to its network or left it. On a machine whose
      services share the network of the host others have a part in it, and it is only ever too high.
    - `writes`: how many system calls of the process wrote something; None if the kernel does not count them.
    - `queued`: seconds in which its main thread was ready to run and had no CPU; None likewise.
    - `waits`: what each of these threads does; of thousands the first ones. Empty if this machine does not show it.
    """

    moment: str
    descriptors: int
    watched: int | None
    epoll_sets: int | None = None
    files: int | None = None
    nofile_soft: int
    nofile_hard: int
    resident: int
    cpu_seconds: float
    processes: int = 1
    threads: int = 1
    memory: int | None = None
    all_cpu_seconds: float = 0.0
    exact: bool = False
    ended_threads: float | None = None
    voluntary: int | None = None
    involuntary: int | None = None
    octets: int | None = None
    writes: int | None = None
    queued: float | None = None
    waits: tuple[Wait, ...] = ()

    def main_wait(self) -> Wait:
        """The system call of the first process's main thread; raises Unavailable if this machine does not show it."""
        for wait in self.waits:
            if wait.process == wait.thread == self.waits[0].process:
                return wait
        raise Unavailable(
            "this machine does not show in which system call a thread waits: /proc/PID/syscall cannot be read; "
            "`sysctl kernel.yama.ptrace_scope=0` allows it where Yama forbids it"
        )


def sample_of(moment: str, seen: Mapping[str, int]) -> Sample | None:
    """The evidence in a snapshot (system/proc_probe.py); None when it lacks a number that every process has."""
    ended, queued = seen.get("ended_threads_ns"), seen.get("queued_ns")
    try:
        return Sample(
            moment=moment,
            descriptors=seen["descriptors"],
            watched=seen["watched"] if seen["epoll_sets"] else None,
            epoll_sets=seen["epoll_sets"],
            files=seen.get("files"),
            nofile_soft=seen["nofile_soft"],
            nofile_hard=seen["nofile_hard"],
            resident=seen["resident"],
            cpu_seconds=seen["cpu_ns"] / SECOND,
            processes=seen["processes"],
            threads=seen["threads"],
            memory=seen.get("memory"),
            all_cpu_seconds=seen["all_cpu_ns"] / SECOND,
            exact=bool(seen["exact"]),
            ended_threads=None if ended is None else ended / SECOND,
            voluntary=seen.get("voluntary"),
            involuntary=seen.get("involuntary"),
            octets=seen.get("octets"),
            writes=seen.get("writes"),
            queued=None if queued is None else queued / SECOND,
            waits=tuple(_waits(seen)),
        )
    except KeyError:
        return None


def _waits(seen: Mapping[str, int]) -> Iterator[Wait]:
    arguments: dict[tuple[str, str, str], list[int]] = {}
    for name, number in seen.items():
        if name.startswith("wait:"):
            _, pid, thread, call, _ = name.split(":")
            arguments.setdefault((pid, thread, call), []).append(number)
    for (pid, thread, call), numbers in arguments.items():
        yield Wait(process=int(pid), thread=int(thread), call=call, arguments=tuple(numbers))
