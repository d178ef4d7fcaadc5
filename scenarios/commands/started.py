"""When this command began: the shell of ./inv counts too, since it becomes this process."""

import os
import time
from pathlib import Path

from scenarios import procfs

PROCESS = Path("/proc/self")


def began() -> float:
    """The start of this process, in seconds on time.monotonic()'s scale; exact to a tick of the kernel, 0.01 s."""
    return time.monotonic() - max(0.0, _age())


def _age() -> float:
    try:
        ticks = int(procfs.stat(PROCESS)[procfs.START])
    except OSError:
        return _age_elsewhere()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def _age_elsewhere() -> float:
    """Without /proc, by the wall clock."""
    import psutil

    return time.time() - psutil.Process().create_time()
