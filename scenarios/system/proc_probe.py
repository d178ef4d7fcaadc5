"""Reads the kernel's data on processes, through /proc (proc(5)) and netlink.

One module for every engine: imported on this machine, passed to a Python in containers.

In a container it runs as `python3 -I -S -c SOURCE`. It reads one request a line (REQUESTS) and ends each answer with a
line that holds a dot. So it imports nothing of the project, nothing that Debian's `python3-minimal` lacks, and nothing
that doubles the time of its start, as `socket`, `pathlib` and `collections` do.
"""

import _socket
import os
import select
import struct
import sys
import time
from _collections_abc import Callable, Iterable, Iterator
from errno import EINPROGRESS

LINUX = sys.platform == "linux"
PROC = "/proc"
# Fields of /proc/PID/stat behind the command's name: the state is field 3, the parent 4, utime 14, stime 15, those of
# children that were waited for 16 and 17, the threads 20, the start 22.
STATE, PARENT, USER_TIME, SYSTEM_TIME, THREADS, START = 0, 1, 11, 12, 17, 19
ALL_TIMES = slice(11, 15)
# The unit of those times (USER_HZ), in nanoseconds: a hundredth of a second on every Linux architecture that Python has
# wheels for.
TICK = 10_000_000
EPOLL = "anon_inode:[eventpoll]"
# How often the time of ended threads is asked for, of a process that may be running.
TRIES = 5
# System calls in which threads wait, by the machine's name (Linux, unistd.h); the others keep their numbers.
CALLS = {
    "x86_64": {
        **{0: "read", 7: "poll", 23: "select", 35: "nanosleep", 43: "accept", 45: "recvfrom", 61: "wait4"},
        **{202: "futex", 230: "clock_nanosleep", 232: "epoll_wait", 247: "waitid", 270: "pselect6", 271: "ppoll"},
        **{281: "epoll_pwait", 288: "accept4", 426: "io_uring_enter", 441: "epoll_pwait2"},
    },
    "aarch64": {
        **{22: "epoll_pwait", 63: "read", 72: "pselect6", 73: "ppoll", 95: "waitid", 98: "futex", 101: "nanosleep"},
        **{115: "clock_nanosleep", 202: "accept", 207: "recvfrom", 242: "accept4", 260: "wait4"},
        **{426: "io_uring_enter", 441: "epoll_pwait2"},
    },
}
ARGUMENTS = 5  # of a call, as far as its timeout
# Of no more threads is read what they do. A thread that runs is read again, so often and after so many seconds: one
# that just handles something soon waits again.
MOST_THREADS, LOOKS, BETWEEN_LOOKS = 200, 10, 0.002
# Seconds in which a host that can be reached accepts a connection; it takes a millisecond.
CONNECT_WITHIN = 0.5
# Seconds in which a process that is running gets to where it sleeps, and between two looks at that.
SETTLES_WITHIN, PAUSE = 0.5, 0.005
END = "."
SIGPIPE, SIGXFSZ = 13, 25  # Python ignores them; a command must not


def stat_fields(pid: int | str) -> list[str]:
    """The fields of /proc/PID/stat behind the command's name, which may hold anything. Raises OSError."""
    return _text(f"{PROC}/{pid}/stat").rpartition(") ")[2].split()


def has_ended(fields: list[str]) -> bool:
    """Whether a process with these fields only waits to be reaped."""
    return fields[STATE] in ("Z", "X")


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - no pathlib
        return file.read()


def snapshot(pid: int) -> dict[str, int]:
    """Resources of a process and its descendants. Empty if the process has ended; raises OSError if it is unreadable.

    Of the process: `descriptors`, and how many of these are of `files`; `epoll_sets`, how many are epoll sets, and
    `watched`, how many descriptors these watch together; `octets` of all IP packets in and out of its network;
    `writes`, its system calls that write; `queued_ns`, how long its main thread was ready and had no CPU;
    `nofile_soft`, `nofile_hard`; `resident` in bytes; `cpu_ns`, and `ended_threads_ns`, the part that ended threads
    had. Of the process with its descendants: `processes`, `threads`, `memory` (Pss_Anon, in bytes), `all_cpu_ns`, the
    context switches `voluntary` and `involuntary` of their threads, and for each thread `wait:PID:TID:CALL:N`, the
    argument N of the call it waits in (`running` has the argument 0). `exact` is 1 where the kernel gave the times in
    nanoseconds, else 0. Unknown values are left out. A running process first gets a moment to do what it is about to,
    such as closing what it handed on.
    """
    try:
        _settle(pid)
        return _snapshot(str(pid))
    except OSError:
        if _is_gone(pid):
            return {}
        raise


def _settle(pid: int) -> None:
    until = time.monotonic() + SETTLES_WITHIN
    while stat_fields(pid)[STATE] == "R" and time.monotonic() < until:
        time.sleep(PAUSE)


def _is_gone(pid: int) -> bool:
    """Whether it has ended or is about to: an exiting process loses its memory while it still seems to run."""
    try:
        return "\nVmRSS:" not in _text(f"{PROC}/{pid}/status")
    except (FileNotFoundError, ProcessLookupError):
        return True


def _snapshot(pid: str) -> dict[str, int]:
    descriptors = os.listdir(f"{PROC}/{pid}/fd")  # noqa: PTH208 - thousands of names, no need of paths
    links = {number: _link(pid, number) for number in descriptors}
    sets = [_watched(pid, number) for number, link in links.items() if link == EPOLL]
    seen = {"descriptors": len(descriptors), "epoll_sets": len(sets), "watched": sum(sets)}
    seen["files"] = sum(link.startswith("/") and not link.startswith("/dev/") for link in links.values())
    seen |= _tree(pid) | _nofile(pid)
    seen["resident"] = _kib(f"{PROC}/{pid}/status", "VmRSS") * 1024
    seen |= _octets(pid) | _counts(pid)
    if _is_gone(int(pid)):
        raise ProcessLookupError
    return seen


def _counts(pid: str) -> dict[str, int]:
    """The kernel's counts of a process, without those that this kernel lacks."""
    seen = {}
    for name, file, find in (("writes", "io", _written), ("queued_ns", "schedstat", _queued)):
        try:
            seen[name] = find(_text(f"{PROC}/{pid}/{file}"))
        except (OSError, IndexError, ValueError):  # a kernel without these counters
            continue
    return seen


def _written(io: str) -> int:
    return int(io.partition("syscw:")[2].split()[0])


def _queued(schedstat: str) -> int:
    return int(schedstat.split()[1])


def _octets(pid: str) -> dict[str, int]:
    """Bytes of all IP packets that came to and left its network, as netstat(8) counts them."""
    try:
        names, numbers = (line.split() for line in _text(f"{PROC}/{pid}/net/netstat").splitlines()[2:4])
    except (OSError, ValueError):
        return {}
    told = dict(zip(names, numbers))  # noqa: B905 - both are the kernel's
    return {"octets": int(told["InOctets"]) + int(told["OutOctets"])} if "InOctets" in told else {}


def _link(pid: str, number: str) -> str:
    """The target of a descriptor: a path, or such as socket:[1]; empty if it was closed meanwhile."""
    try:
        return os.readlink(f"{PROC}/{pid}/fd/{number}")  # noqa: PTH115 - as above
    except FileNotFoundError:
        return ""


def _watched(pid: str, number: str) -> int:
    """How many descriptors an epoll set watches; 0 if it was closed meanwhile."""
    try:
        return _text(f"{PROC}/{pid}/fdinfo/{number}").count("\ntfd:")
    except FileNotFoundError:
        return 0


def _nofile(pid: str) -> dict[str, int]:
    """The effective limits; nothing when one of them is no number."""
    line = _text(f"{PROC}/{pid}/limits").partition("\nMax open files")[2].split()
    soft, hard = line[:2]
    return {"nofile_soft": int(soft), "nofile_hard": int(hard)} if soft.isdecimal() and hard.isdecimal() else {}


def _kib(path: str, name: str) -> int:
    """A size in a file of lines such as `VmRSS:  123 kB`; raises OSError where there is none."""
    size = _text(path).partition(f"\n{name}:")[2].split()
    if not size:
        raise ProcessLookupError(f"{path} has no {name}")
    return int(size[0])


def _tree(root: str) -> dict[str, int]:
    everything = dict(_all_fields())
    children: dict[str, list[str]] = {}
    for pid, fields in everything.items():
        if not has_ended(fields):
            children.setdefault(fields[PARENT], []).append(pid)
    family = [root]
    for pid in family:  # which grows meanwhile
        family += children.get(pid, ())
    mine = {pid: everything[pid] for pid in family if pid in everything}
    seen = {"processes": len(mine), "threads": sum(int(fields[THREADS]) for fields in mine.values())}
    return seen | _threads(family) | _memory(family) | _times(root, mine)


def _threads(processes: list[str]) -> dict[str, int]:
    """System calls that their threads wait in; and their context switches, if the threads are not too many."""
    threads: list[str] = []
    for pid in processes:
        try:
            threads += (f"{pid}/task/{name}" for name in os.listdir(f"{PROC}/{pid}/task"))  # noqa: PTH208 - names alone
        except OSError:  # ended meanwhile
            continue
    return _waits(threads[:MOST_THREADS]) | (_switches(threads) if len(threads) <= MOST_THREADS else {})


def _waits(threads: list[str]) -> dict[str, int]:
    seen: dict[str, int] = {}
    for look in range(LOOKS if os.uname().machine in CALLS else 0):
        time.sleep(BETWEEN_LOOKS if look else 0)
        told = {thread: words for thread in threads if (words := _call(thread))}
        threads = [thread for thread, words in told.items() if words[0] == "running"]
        for thread, (call, *arguments) in told.items():
            if call != "running" or look == LOOKS - 1:
                pid, _, tid = thread.split("/")
                seen |= {f"wait:{pid}:{tid}:{call}:{n}": int(said, 16) for n, said in enumerate(arguments or ["0"])}
        if not threads:
            break
    return seen


def _call(thread: str) -> list[str]:
    """The name of the call that a thread waits in and its arguments; nothing if it has ended or cannot be read."""
    try:
        number, *arguments = _text(f"{PROC}/{thread}/syscall").split()
    except (OSError, ValueError):
        return []
    if number in ("running", "-1"):  # -1: it waits outside of a call, as for a page
        return ["running"]
    return [CALLS[os.uname().machine].get(int(number), number), *arguments[:ARGUMENTS]]


def _switches(threads: list[str]) -> dict[str, int]:
    seen = {"voluntary": 0, "involuntary": 0}
    for thread in threads:
        try:
            said = _text(f"{PROC}/{thread}/status")
        except OSError:  # ended meanwhile
            continue
        seen["voluntary"] += int(said.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
        seen["involuntary"] += int(said.partition("\nnonvoluntary_ctxt_switches:")[2].split()[0])
    return seen if threads else {}


def _all_fields() -> Iterator[tuple[str, list[str]]]:
    for name in os.listdir(PROC):  # noqa: PTH208 - names alone
        if name.isdecimal():
            try:
                yield name, stat_fields(name)
            except OSError:  # ended meanwhile
                continue


def _memory(processes: list[str]) -> dict[str, int]:
    """The sum of their own memory; nothing where that of the first cannot be known (Linux before 5.3)."""
    sizes: list[int] = []
    for pid in processes:
        try:
            sizes.append(_kib(f"{PROC}/{pid}/smaps_rollup", "Pss_Anon") * 1024)
        except OSError:  # ended meanwhile, or no such file
            if not sizes:
                return {}
    return {"memory": sum(sizes)}


def _times(root: str, mine: dict[str, list[str]]) -> dict[str, int]:
    """The CPU time of `root`, and of all of them with their ended children."""
    try:
        seen = {"exact": 1, "cpu_ns": _clock(root), "all_cpu_ns": sum(_cpu(pid, mine[pid]) for pid in mine)}
        return seen | _ended_threads(root)
    except OSError:  # a kernel without clocks of other processes
        own = sum(_ticks(mine[root])[:2]) if root in mine else 0
        return {"exact": 0, "cpu_ns": own, "all_cpu_ns": sum(sum(_ticks(fields)) for fields in mine.values())}


def _ticks(fields: list[str]) -> list[int]:
    return [int(ticks) * TICK for ticks in fields[ALL_TIMES]]


def _cpu(pid: str, fields: list[str]) -> int:
    times = _ticks(fields)
    try:
        return _clock(pid) + sum(times[2:])
    except OSError:  # ended meanwhile
        return sum(times)


def _clock(pid: str) -> int:
    """The time of a process's CPU clock, by the number that clock_getcpuclockid(3) gives it; raises OSError."""
    return time.clock_gettime_ns(~int(pid) << 3 | 2)


def _ended_threads(pid: str) -> dict[str, int]:
    """The CPU time of a process that none of its living threads had.

    Nothing where some thread always ran while both were read: the two would not belong together.
    """
    for _ in range(TRIES):
        before, tasks = _clock(pid), f"{PROC}/{pid}/task"
        try:
            names = os.listdir(tasks)  # noqa: PTH208 - names alone
            living = [int(_text(f"{tasks}/{name}/schedstat").split()[0]) for name in names]
        except OSError:  # a thread ended meanwhile, or a kernel without schedstat
            continue
        if before == _clock(pid):
            return {"ended_threads_ns": before - sum(living)}
    return {}


def quick_sample(pid: int) -> dict[str, int]:
    """Values of a process that are cheap to read: `descriptors`, `threads`, `resident` (bytes), `cpu_ns` (whole ticks).

    Empty when the process has ended or cannot be read.
    """
    try:
        descriptors, fields = os.listdir(f"{PROC}/{pid}/fd"), stat_fields(pid)  # noqa: PTH208 - as above
        resident = _kib(f"{PROC}/{pid}/status", "VmRSS") * 1024
    except OSError:
        return {}
    cpu = sum(_ticks(fields)[:2])
    return {"descriptors": len(descriptors), "threads": int(fields[THREADS]), "resident": resident, "cpu_ns": cpu}


class SocketCounter:
    """Counts the TCP sockets of a port, as the kernel tells over netlink (sock_diag(7)).

    /proc/net/tcp tells the same and takes ten times as long.
    """

    # linux/netlink.h, linux/sock_diag.h
    FAMILY, SOCK_DIAG, BY_FAMILY, REQUEST_DUMP, ERROR, DONE = 16, 4, 20, 0x301, 2, 3
    # Listeners, connections, and those whose other side has ended them (net/tcp_states.h).
    STATES = 1 << 10 | 1 << 1 | 1 << 8
    # Struct nlmsghdr, then struct inet_diag_req_v2; of an answer its length and its kind, and where in it the own
    # address and the inode stand (struct inet_diag_msg).
    QUESTION, HEAD = struct.Struct("=IHHII BBBxI 2s2s32xI8s"), struct.Struct("=IH")
    OWN, INODE, NONE = 24, 84, bytes(4)
    SIZE = 1 << 17

    @classmethod
    def of_this_network(cls) -> "SocketCounter":
        """One for the network of this process; on a system without netlink it counts nothing."""
        try:
            return cls(_socket.socket(cls.FAMILY, _socket.SOCK_RAW, cls.SOCK_DIAG).detach() if LINUX else None)
        except OSError:
            return cls(None)

    def __init__(self, netlink: int | None) -> None:
        """Takes over the descriptor of a netlink socket, which belongs to the network it was made in."""
        self._netlink = netlink

    def count(self, port: int, host: str | None = None) -> int | None:
        """Listeners and accepted connections with that own port, and own IPv4 address if one is given.

        None where it cannot be known. A connection that waits to be accepted does not count: it has no inode.
        """
        if self._netlink is None:
            return None
        own = b"" if host is None else _socket.inet_aton(host)
        try:
            os.write(self._netlink, self._question(port))
            return sum(
                said.startswith(own, at + self.OWN) and said[at + self.INODE : at + self.INODE + 4] != self.NONE
                for said, at in self._answers(self._netlink)
            )
        except OSError:
            self.close()
            return None

    def _question(self, port: int) -> bytes:
        """All TCP sockets over IPv4, which alone the programs speak, with that port as their own."""
        head = (self.QUESTION.size, self.BY_FAMILY, self.REQUEST_DUMP, 1, 0)
        own = (port.to_bytes(2, "big"), b"\0\0", 0, b"\xff" * 8)
        return self.QUESTION.pack(*head, _socket.AF_INET, _socket.IPPROTO_TCP, 0, self.STATES, *own)

    def _answers(self, netlink: int) -> Iterator[tuple[bytes, int]]:
        """Where each answer begins; raises OSError when the kernel gives none."""
        while True:
            said, at = os.read(netlink, self.SIZE), 0
            while at < len(said):
                length, kind = self.HEAD.unpack_from(said, at)
                if kind == self.DONE:
                    return
                if kind == self.ERROR:
                    raise OSError
                yield said, at
                at += length + 3 & ~3

    def close(self) -> None:
        """Lets go of the socket; from now on it counts nothing."""
        if self._netlink is not None:
            os.close(self._netlink)
        self._netlink = None


_counter: SocketCounter | None = None
_attempts: list[_socket.socket] = []


def _sample_with_sockets(pid: str, port: str) -> dict[str, int]:
    """A quick sample with the `sockets` of the port, and with the CPU time of this process as `probe_ns`."""
    global _counter
    _counter = _counter or SocketCounter.of_this_network()
    seen = quick_sample(int(pid))
    if seen and (sockets := _counter.count(int(port))) is not None:
        seen["sockets"] = sockets
    return {**seen, "probe_ns": time.process_time_ns()} if seen else {}


def connect(port: str, *addresses: str) -> Iterator[str]:
    """Begins a connection to each address, and tells of each that may come about its address, its own, and its port.

    It does not wait for them: whether one came about, the listener knows.
    """
    for address in addresses:
        one = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        one.setblocking(False)
        if one.connect_ex((address, int(port))) in (0, EINPROGRESS):
            _attempts.append(one)
            yield " ".join(map(str, (address, *one.getsockname())))


def room() -> Iterator[str]:
    """How many more processes the container may have; nothing where there is no limit."""
    for folder in ("/sys/fs/cgroup", "/sys/fs/cgroup/pids"):
        try:
            most, now = _text(f"{folder}/pids.max"), _text(f"{folder}/pids.current")
        except OSError:
            continue
        if most.strip().isdecimal():
            yield str(int(most) - int(now))
        return


def run(*words: str) -> Iterator[str]:
    """Runs a command without input. Tells what it writes as it comes, in hexadecimal digits, and its exit status."""
    command = [bytes.fromhex(word[1:]) for word in words]
    (out, out_end), (err, err_end) = os.pipe(), os.pipe()
    files = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]
    files += [(os.POSIX_SPAWN_DUP2, out_end, 1), (os.POSIX_SPAWN_DUP2, err_end, 2)]  # type: ignore[list-item]
    process = None
    try:
        process = os.posix_spawnp(command[0], command, os.environ, file_actions=files, setsigdef=(SIGPIPE, SIGXFSZ))
    except (FileNotFoundError, PermissionError) as error:
        os.write(err_end, f"{error}\n".encode())
    except OSError:
        os.close(out)
        os.close(err)
        raise
    finally:
        os.close(out_end)
        os.close(err_end)
    yield from _streams({out: "stdout", err: "stderr"})
    code = 127 if process is None else os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    yield f"ended {code if code >= 0 else 128 - code}"


def _streams(names: dict[int, str]) -> Iterator[str]:
    while names:
        for number in select.select(list(names), [], [])[0]:
            if part := os.read(number, 65536):
                yield f"{names[number]} {part.hex()}"
            else:
                os.close(number)
                del names[number]


def mark(line: str) -> Iterator[str]:
    """Writes a line to the stdout of PID 1, on a line of its own also where the last one there has no end."""
    number = os.open(f"{PROC}/1/fd/1", os.O_WRONLY)
    os.write(number, b"\n" + bytes.fromhex(line) + b"\n")
    os.close(number)
    yield from ()


def _lines(numbers: dict[str, int]) -> Iterator[str]:
    return (f"{name} {number}" for name, number in numbers.items())


REQUESTS: dict[str, Callable[..., Iterable[str]]] = {
    "hello": lambda: (),
    "snapshot": lambda pid: _lines(snapshot(int(pid))),
    "sample": lambda pid, port: _lines(_sample_with_sockets(pid, port)),
    "connect": connect,
    "room": room,
    "run": run,
    "mark": mark,
}


def serve(requests: Iterable[str]) -> None:
    """Answers one request after the other, until there is none."""
    for request in requests:
        name, *words = request.split()
        try:
            for line in REQUESTS[name](*words):
                print(line)
        except OSError as error:
            print("failed", error)
        print(END, flush=True)


def main(words: list[str]) -> None:
    """With words: `connect`, which gives the connections time and tells those not refused. Without words: serves."""
    if not words:
        serve(sys.stdin)
        return
    begun, until = list(connect(*words)), time.monotonic() + CONNECT_WITHIN
    for line, one in zip(begun, _attempts, strict=True):
        select.select([], [one], [], max(until - time.monotonic(), 0))
        if one.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR) == 0:
            print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
