"""When this command began: the shell of ./inv counts too, since it becomes this process."""

import os
import time
from pathlib import Path

STAT = Path("/proc/self/stat")
STARTED = 21  # the place of `starttime` in proc(5), counted from 0


def began() -> float:
    """The start of this process, in seconds on time.monotonic()'s scale; exact to a tick of the kernel, 0.01 s."""
    return time.monotonic() - max(0.0, _age())


def _age() -> float:
    try:
        text = STAT.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _age_elsewhere()
    # The program's name stands in brackets and may hold blanks; what follows it does not.
    ticks = int(text.rpartition(")")[2].split()[STARTED - 2])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def _age_elsewhere() -> float:
    """Without /proc, by the wall clock."""
    import psutil

    return time.time() - psutil.Process().create_time()
