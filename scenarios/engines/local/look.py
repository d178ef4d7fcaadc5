"""A look at a process of this machine through /proc, in the words that run/samples.py reads."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from scenarios import procfs
from scenarios.errors import EngineError, Unavailable

PROC = Path("/proc")
EPOLL = "anon_inode:[eventpoll]"
# How often what ended threads had is asked for, of a process that may be running.
TRIES = 5


def text(service: str, pid: int) -> str:
    """What run/samples.py parses; empty when the process has ended.

    Raises Unavailable where there is no /proc, and EngineError when the process lives and may not be looked at.
    """
    if not (PROC / "self").exists():
        raise Unavailable(f"{service} cannot be looked at: this machine has no {PROC}")
    process = PROC / str(pid)
    try:
        return "".join(f"{line}\n" for line in _lines(process))
    except (FileNotFoundError, ProcessLookupError):
        return ""
    except OSError as error:
        with suppress(OSError):
            if procfs.has_ended(procfs.stat(process)):
                return ""
        raise EngineError(f"{service} cannot be looked at: {error.filename}: {error.strerror}") from error


def glance(pid: int, sockets: int | None) -> str:
    """Nothing of its own, how many descriptors the process has, the sockets that were counted, and its fields of stat;
    empty when it has ended.
    """
    process = PROC / str(pid)
    with suppress(OSError):
        descriptors = len(os.listdir(process / "fd"))  # noqa: PTH208 - thousands of names, no need of paths
        return " ".join(["0", str(descriptors), "-" if sockets is None else str(sockets), *procfs.stat(process)])
    return ""


def _lines(process: Path) -> Iterator[str]:
    descriptors = os.listdir(process / "fd")  # noqa: PTH208 - thousands of names, no need of paths
    yield f"descriptors {len(descriptors)}"
    for number in descriptors:
        with suppress(FileNotFoundError):  # closed meanwhile
            if os.readlink(f"{process}/fd/{number}") == EPOLL:  # noqa: PTH115 - as above
                watched = (process / "fdinfo" / number).read_text(encoding="ascii")
                yield f"watched {sum(line.startswith('tfd:') for line in watched.splitlines())}"
    yield from _tree(process.name)
    limits = (process / "limits").read_text(encoding="ascii")
    yield from (line for line in limits.splitlines() if line.startswith("Max open files"))
    stat = procfs.stat(process)
    if procfs.has_ended(stat):
        raise ProcessLookupError  # it waits to be reaped, and has nothing any more
    yield f"stat {' '.join(stat)}"


def _tree(root: str) -> Iterator[str]:
    """How many processes and threads `root` and its descendants are, their CPU time in ticks and their memory in kB.

    Then the CPU time of `root` and of them all in nanoseconds, with that of their ended children.
    """
    fields = dict(_all_fields())
    children: dict[str, list[str]] = {}
    for pid, own in fields.items():
        if not procfs.has_ended(own):
            children.setdefault(own[procfs.PARENT], []).append(pid)
    found = [root]
    for pid in found:  # which grows meanwhile
        found += children.get(pid, ())
    mine = {pid: fields[pid] for pid in found if pid in fields}
    ticks = sum(int(ticks) for own in mine.values() for ticks in own[procfs.ALL_TIMES])
    threads = sum(int(own[procfs.THREADS]) for own in mine.values())
    yield f"tree {len(mine)} {threads} {ticks} {_memory(found)}"
    with suppress(OSError):  # ended meanwhile
        yield f"clocks {_nanoseconds(root)} {sum(_spent(pid, own) for pid, own in mine.items())}"
        yield from _ended(root)


def _spent(pid: str, fields: list[str]) -> int:
    """Nanoseconds that a process has had of the processor, and its children that have ended and were waited for."""
    times = [int(ticks) * procfs.TICK for ticks in fields[procfs.ALL_TIMES]]
    try:
        return _nanoseconds(pid) + sum(times[2:])
    except OSError:  # ended meanwhile
        return sum(times)


def _ended(pid: str) -> Iterator[str]:
    """What those threads of a process had that have ended: what its clock counts and no living one had.

    Nothing where some thread always ran while both were read: else one may have more than the other.
    """
    for _ in range(TRIES):
        before = _nanoseconds(pid)
        living = [int(path.read_text("ascii").split()[0]) for path in PROC.glob(f"{pid}/task/*/schedstat")]
        if living and before == _nanoseconds(pid):
            yield f"ended {before - sum(living)}"
            return


def _nanoseconds(pid: str) -> int:
    """What a process's clock shows, by the number that clock_getcpuclockid(3) gives it; raises OSError."""
    return time.clock_gettime_ns(~int(pid) << 3 | 2)


def _all_fields() -> Iterator[tuple[str, list[str]]]:
    for name in os.listdir(PROC):  # noqa: PTH208 - names alone
        if name.isdecimal():
            with suppress(OSError):  # ended meanwhile
                yield name, procfs.stat(PROC / name)


def _memory(processes: list[str]) -> str:
    """The sum of their own memory; `-` where that of the first cannot be known (Linux before 5.3)."""
    sizes: list[int] = []
    for pid in processes:
        with suppress(OSError, IndexError):  # ended meanwhile, or no such file
            text = (PROC / pid / "smaps_rollup").read_text(encoding="ascii")
            sizes.append(int(text.partition("\nPss_Anon:")[2].split()[0]))
        if not sizes:
            return "-"
    return str(sum(sizes))
