"""Samples a run's services at a steady rate while they run, and notes what the sampling cost.

One thread does it, and a sample reads little: the number of descriptors, the number of sockets and two files of /proc.
Where samples take long they become rarer, so that the run is not slowed down. A scenario that measures costs
(`alone: true`) is not sampled.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from scenarios.engines.base import Session
from scenarios.errors import LabError, UsageError
from scenarios.pipeline.run.transcript import Transcript
from scenarios.results.sample import SECOND
from scenarios.results.time_series import SERIES_FILE

# Seconds from one sample to the next; 0 takes none. After every MANY samples the period doubles.
PERIOD = "IOLAB_SAMPLE_PERIOD"
DEFAULT_PERIOD = 0.05
MANY = 600
# A chart cannot show more moments than this.
MOST_MOMENTS = 40
# The CPU time that samples may take: so much of the time since the run began, and so many seconds at its start.
SHARE, AT_FIRST = 0.04, 0.02


def period() -> float:
    """The seconds from one sample to the next; raises UsageError if the variable is no number."""
    text = os.environ.get(PERIOD) or str(DEFAULT_PERIOD)
    try:
        return max(0.0, float(text))
    except ValueError as error:
        raise UsageError(f"{PERIOD} is {text!r}: it must be a number of seconds, such as {DEFAULT_PERIOD}") from error


class Sampler:
    """Samples from `begin` to `end`. An error meanwhile ends the sampling and nothing else."""

    def __init__(
        self, session: Session, transcript: Transcript, directory: Path, sampled: Callable[[], list[str]]
    ) -> None:
        """`sampled` gives the services to sample, as they are at that moment."""
        self._session, self._transcript, self._sampled = session, transcript, sampled
        self._path, self._period = directory / SERIES_FILE, period()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._times, self._inside, self._first = 0, dict[str, float](), dict[str, float]()
        self._happened = dict[tuple[str, str], float]()

    def begin(self) -> None:
        if self._period > 0:
            self._thread.start()

    def note(self, service: str, moment: str) -> None:
        """Remembers when something first happened to a service, for the charts over time."""
        if len(self._happened) < MOST_MOMENTS:
            self._happened.setdefault((service, moment), time.monotonic())

    def end(self) -> None:
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
                for name in self._sampled():
                    self._sample(name, time.monotonic() - begun, file)
                if self._times and self._times % MANY == 0:
                    self._period *= 2
            for (name, moment), at in self._happened.items():
                file.write(json.dumps({"moment": moment, "service": name, "at": round(at - begun, 4)}) + "\n")
            cost = {"times": self._times, "lab": time.thread_time() - spent, "inside": sum(self._inside.values())}
            file.write(json.dumps({"cost": {key: round(value, 4) for key, value in cost.items()}}) + "\n")

    def _taken_inside(self) -> float:
        """The CPU time of the probes in the machines since their first sample, in seconds."""
        return sum(now - self._first[name] for name, now in self._inside.items())

    def _sample(self, name: str, at: float, file: IO[str]) -> None:
        said = self._transcript[name]
        if not said.has("started") or said.ended:
            return
        seen = self._session.quick_sample(name, int(said.event("started")["pid"]))
        if not seen:
            return  # it has ended meanwhile
        self._times += 1
        self._inside[name] = seen.get("probe_ns", 0) / SECOND
        self._first.setdefault(name, self._inside[name])
        numbers = {key: seen[key] for key in ("descriptors", "sockets", "resident", "threads") if key in seen}
        line = {"service": name, "at": round(at, 4), **numbers, "cpu": seen["cpu_ns"] / SECOND}
        file.write(json.dumps(line) + "\n")
