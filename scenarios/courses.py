"""What was seen of a run's services while they ran, at a steady pace: a file of the run directory, a line each time.

    {"service": "server", "at": 0.35, "descriptors": 505, "sockets": 501, "resident": 14000000,
     "cpu": 0.21, "threads": 1}
    {"cost": {"times": 40, "lab": 0.004, "inside": 0.011}}

`at` is in seconds since the run began, `resident` in bytes, `cpu` in seconds. `sockets` are the listener and the
accepted connections of the service's port as the kernel counts them, so those of a Windows program too; a line lacks
them where nobody could count, as those of older runs do. The last line says what it cost: how often it was looked, and
the seconds of the processor that the lab and its processes in the machines had for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenarios.files import from_json

COURSE_FILE = "course.jsonl"
WHAT = ("descriptors", "resident", "cpu", "threads")
SOMETIMES = ("sockets",)
COST = ("times", "lab", "inside")
# Above all that is ever counted, and far below what a float cannot hold.
HIGHEST = 1e18


@dataclass(frozen=True)
class Courses:
    """Of each service the times at which it was seen with what was seen; and what that cost, if it came to its end."""

    seen: Mapping[str, list[Mapping[str, float]]] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)

    def series(self, what: str) -> dict[str, list[tuple[float, float]]]:
        """(second, value) of each service of which that was seen."""
        all_of_them = {
            name: [(one["at"], one[what]) for one in those if what in one] for name, those in self.seen.items()
        }
        return {name: points for name, points in all_of_them.items() if points}


def load(directory: Path) -> Courses:
    """What is there, also of a run that is under way; nothing of one that was not watched like that."""
    try:
        lines = (directory / COURSE_FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return Courses()
    seen: dict[str, list[Mapping[str, float]]] = {}
    cost: Mapping[str, float] = {}
    for data in filter(None, map(parsed, lines)):
        if "cost" in data:
            cost = data["cost"]
        else:
            seen.setdefault(str(data["service"]), []).append(data)
    return Courses(seen, cost)


def parsed(line: str | bytes) -> dict[str, Any] | None:
    """A whole line; None for one that is still being written, or no such one."""
    with suppress(ValueError, TypeError, KeyError, OverflowError):
        data: dict[str, Any] = from_json(line)
        if "cost" in data:
            return data if all(_is_number(data["cost"][key]) for key in COST) else None
        seen = ("at", *WHAT, *(key for key in SOMETIMES if key in data))
        if isinstance(data["service"], str) and all(_is_number(data[key]) for key in seen):
            return data
    return None


def _is_number(value: Any) -> bool:
    """One that can be drawn: JSON as it is read here has infinity too, and integers of any size."""
    return isinstance(value, int | float) and 0 <= value < HIGHEST
