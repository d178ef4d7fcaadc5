"""When this command began. It includes the time of the shell script inv, which becomes this process."""

import os
import time

import psutil

from scenarios.system import proc_probe


def began() -> float:
    """The start of this process, in seconds of time.monotonic(), to one clock tick of the kernel (0.01 s)."""
    return time.monotonic() - max(0.0, _age())


def _age() -> float:
    try:
        ticks = int(proc_probe.stat_fields("self")[proc_probe.START])
    except OSError:
        return time.time() - psutil.Process().create_time()  # this machine has no /proc
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
