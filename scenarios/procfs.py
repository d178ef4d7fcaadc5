"""What /proc tells of a process in its file `stat` (proc(5)), for all who read it."""

from collections.abc import Sequence
from pathlib import Path

# Fields behind the command's name: the state is field 3, the parent 4, utime 14, stime 15, those of children that were
# waited for 16 and 17, the threads 20, the start 22, the resident pages 24.
STATE, PARENT, USER_TIME, SYSTEM_TIME, THREADS, START, RESIDENT = 0, 1, 11, 12, 17, 19, 21
ALL_TIMES = slice(11, 15)
# What those times are counted in (USER_HZ), in nanoseconds: a hundredth of a second on every Linux architecture that
# Python has wheels for.
TICK = 10_000_000


def stat(process: Path) -> list[str]:
    """The fields behind the command's name, which may hold anything; `process` is such as /proc/1. Raises OSError."""
    text = (process / "stat").read_text(encoding="utf-8", errors="replace")
    return text.rpartition(") ")[2].split()


def has_ended(fields: Sequence[str]) -> bool:
    """Whether such a process only waits to be reaped."""
    return fields[STATE] in ("Z", "X")
