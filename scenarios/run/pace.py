"""Looks at a run's services at a steady pace while they run, and notes what it cost to look.

One thread does it, and each look is the least that tells something: a count of descriptors, one of sockets and one line
of /proc. What is large takes longer to count, and is looked at more rarely, so that the run is not slowed down. A
scenario that measures costs (`alone: true`) is left in peace.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from scenarios import procfs
from scenarios.courses import COURSE_FILE
from scenarios.engines.base import Session
from scenarios.errors import LabError
from scenarios.run.samples import PAGE
from scenarios.run.transcript import Transcript

# Seconds from one look to the next; 0 does not look. A run that lasts is looked at more rarely after so many times.
PERIOD = "IOLAB_SAMPLE_PERIOD"
DEFAULT_PERIOD = 0.05
MANY = 600
# Of the time since the run began so much may be spent looking, on one processor, and at the start so many seconds.
SHARE, AT_FIRST = 0.04, 0.02
# Words of a look before the fields of stat.
BEFORE_STAT = 3


def period() -> float:
    """What the environment says, else the default."""
    with suppress(ValueError):
        return max(0.0, float(os.environ.get(PERIOD, DEFAULT_PERIOD)))
    return DEFAULT_PERIOD


class Pace:
    """Begins with `begin`, ends with `end`; whatever goes wrong meanwhile ends the looking and nothing else."""

    def __init__(
        self, session: Session, transcript: Transcript, directory: Path, whom: Callable[[], list[str]]
    ) -> None:
        """`whom` gives the services that are to be looked at, as they are at that moment."""
        self._session, self._transcript, self._whom = session, transcript, whom
        self._path, self._period = directory / COURSE_FILE, period()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pace", daemon=True)
        self._times, self._inside, self._first = 0, dict[str, float](), dict[str, float]()

    def begin(self) -> None:
        """Starts looking."""
        if self._period > 0:
            self._thread.start()

    def end(self) -> None:
        """Returns once nothing is looked at any more, and the cost is noted."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        begun, spent = time.monotonic(), time.thread_time()
        with suppress(OSError, LabError), self._path.open("w", encoding="utf-8", buffering=1) as file:
            while not self._over.wait(self._period):
                took = time.thread_time() - spent + self._taken_inside()
                if took > AT_FIRST + SHARE * (time.monotonic() - begun):
                    continue
                for name in self._whom():
                    self._look(name, time.monotonic() - begun, file)
                if self._times and self._times % MANY == 0:
                    self._period *= 2
            cost = {"times": self._times, "lab": time.thread_time() - spent, "inside": sum(self._inside.values())}
            file.write(json.dumps({"cost": {key: round(value, 4) for key, value in cost.items()}}) + "\n")

    def _taken_inside(self) -> float:
        """What the looks took in the machines; what the process that looks had taken before was no look of these."""
        return sum(now - self._first[name] for name, now in self._inside.items())

    def _look(self, name: str, at: float, file: IO[str]) -> None:
        said = self._transcript[name]
        if not said.has("started") or said.ended:
            return
        words = self._session.glance(name, int(said.event("started")["pid"])).split()
        if len(words) <= procfs.RESIDENT + BEFORE_STAT:
            return  # it has ended meanwhile
        self._times += 1
        self._inside[name] = float(words[0])
        self._first.setdefault(name, self._inside[name])
        file.write(json.dumps({"service": name, "at": round(at, 4), **_seen(words)}) + "\n")


def _seen(words: Sequence[str]) -> dict[str, float]:
    """What a look says, by the names of a course; nothing of sockets where nobody can count them."""
    fields = words[BEFORE_STAT:]
    return {
        "descriptors": int(words[1]),
        **({"sockets": int(words[2])} if words[2].isdecimal() else {}),
        "resident": int(fields[procfs.RESIDENT]) * PAGE,
        "cpu": (int(fields[procfs.USER_TIME]) + int(fields[procfs.SYSTEM_TIME])) * procfs.TICK / 1e9,
        "threads": int(fields[procfs.THREADS]),
    }
