"""Samples of a run's services, taken at a steady pace while they run: a file of the run directory, one line a sample.

    {"service": "server", "at": 0.35, "descriptors": 505, "sockets": 501, "resident": 14000000,
     "cpu": 0.21, "threads": 1}
    {"moment": "ready", "service": "server", "at": 0.21}
    {"cost": {"times": 40, "lab": 0.004, "inside": 0.011}}

`at` is in seconds since the run began, `resident` in bytes, `cpu` in seconds. `sockets` are the listener and the
accepted connections of the service's port, as the kernel counts them, so those of a Windows program too. A line has no
`sockets` if the machine cannot count them, nor do lines of older runs. A `moment` is what happened to a service then:
it was ready, came to a checkpoint, or ended. The last line says what sampling cost: how many
samples were taken, and the CPU seconds of the lab and of its processes inside the machines.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenarios.system.files import from_json, is_number, open_plain

SERIES_FILE = "course.jsonl"
WHAT = ("descriptors", "resident", "cpu", "threads")
SOMETIMES = ("sockets",)
COST = ("times", "lab", "inside")
READY = "ready"
HIGHEST = 1e18  # far above any real value, and far below what a float cannot hold


@dataclass(frozen=True)
class TimeSeries:
    """The samples of each service in order, and what sampling cost; `cost` is empty if the run did not end.

    `happened` has (second, service, moment) in order.
    """

    samples: Mapping[str, list[Mapping[str, float]]] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    happened: Sequence[tuple[float, str, str]] = ()

    @property
    def ready(self) -> dict[str, float]:
        """By service, the second in which it was ready."""
        return {service: at for at, service, moment in self.happened if moment == READY}

    @property
    def moments(self) -> list[tuple[float, str]]:
        """(second, words) of what happened, in order."""
        return [(at, f"{service} {moment}") for at, service, moment in self.happened]

    def series(self, what: str) -> dict[str, list[tuple[float, float]]]:
        """(second, value) of each service that has such values."""
        found = {
            name: [(one["at"], one[what]) for one in samples if what in one] for name, samples in self.samples.items()
        }
        return {name: points for name, points in found.items() if points}


def load(directory: Path) -> TimeSeries:
    """The samples so far, also of a run that is under way; empty if the run was not sampled."""
    try:
        with open_plain(directory / SERIES_FILE) as file:
            lines = file.read().splitlines()
    except OSError:
        return TimeSeries()
    samples: dict[str, list[Mapping[str, float]]] = {}
    cost: Mapping[str, float] = {}
    happened = [found for line in lines if (found := _moment(line))]
    for data in filter(None, map(parse_line, lines)):
        if "cost" in data:
            cost = data["cost"]
        else:
            samples.setdefault(str(data["service"]), []).append(data)
    return TimeSeries(samples, cost, sorted(happened))


def _moment(line: bytes) -> tuple[float, str, str] | None:
    """The time, the service and the event in words, if the line has them."""
    with suppress(ValueError, TypeError, KeyError, OverflowError, AttributeError):
        data = from_json(line)
        told = isinstance(data.get("moment"), str) and isinstance(data["service"], str)
        if told and _is_plottable(data["at"]):
            return float(data["at"]), data["service"], data["moment"]
    return None


def parse_line(line: str | bytes) -> dict[str, Any] | None:
    """The line's object; None for a damaged line, or one that is still being written."""
    with suppress(ValueError, TypeError, KeyError, OverflowError):
        data: dict[str, Any] = from_json(line)
        if "cost" in data:
            return data if all(_is_plottable(data["cost"][key]) for key in COST) else None
        keys = ("at", *WHAT, *(key for key in SOMETIMES if key in data))
        if isinstance(data["service"], str) and all(_is_plottable(data[key]) for key in keys):
            return data
    return None


def _is_plottable(value: Any) -> bool:
    """JSON as Python reads it has infinity, and integers of any size."""
    return is_number(value) and 0 <= value < HIGHEST
