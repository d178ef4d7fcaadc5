"""The phases of a run, for pages that follow it live: a file of the run directory, a line for each phase.

    {"at": 1795960465.31, "doing": "bringing up a network and 2 machines"}

`at` is in seconds since 1970.
"""

import json
import time
from contextlib import suppress
from pathlib import Path

from scenarios.system.files import from_json, is_number

PHASES_FILE = "phases.jsonl"


def note(directory: Path, what: str) -> None:
    """Adds a step. A run does not fail for want of it, as on a full disk."""
    line = json.dumps({"at": round(time.time(), 3), "doing": what})
    with suppress(OSError), (directory / PHASES_FILE).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def parse_line(line: bytes) -> tuple[float, str] | None:
    """(second, step); None for a damaged line, or one that is still being written."""
    with suppress(ValueError, TypeError, KeyError):
        data = from_json(line)
        if is_number(data["at"]) and isinstance(data["doing"], str):
            return data["at"], data["doing"]
    return None
