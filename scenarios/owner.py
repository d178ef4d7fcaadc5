"""Who owns a run: the process, its start time and its host, so that what a killed one left can be told from what is in
use.
"""

import os
import socket
from dataclasses import dataclass
from functools import cache

import psutil

# Seconds by which two readings of one process's start may differ: the clock that it is computed from is adjusted now
# and then.
CLOCK_ADJUSTMENT = 2.0


@dataclass(frozen=True)
class Owner:
    """A process on a host: its id, and its start in seconds since the epoch, since ids are used again."""

    pid: int
    started: float
    host: str

    @property
    def lives(self) -> bool:
        """Whether that process still runs; a process of another host counts as living, since nobody here can tell."""
        if self.host != socket.gethostname():
            return True
        try:
            process = psutil.Process(self.pid)
            return (
                abs(process.create_time() - self.started) < CLOCK_ADJUSTMENT
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return True


@cache
def this_process() -> Owner:
    """The owner of everything that this process starts."""
    pid = os.getpid()
    return Owner(pid, round(psutil.Process(pid).create_time(), 2), socket.gethostname())
