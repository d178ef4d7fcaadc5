"""The manifest of a run: its scenario and prediction, written before anything starts, for pages that follow it live."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scenarios.definition.scenario import Scenario
from scenarios.pictures import Cliff
from scenarios.results.run_directories import writing
from scenarios.system.files import Json, read_json, write_whole

MANIFEST_FILE = "outset.json"  # the name that older runs have


def save(
    scenario: Scenario,
    engine: str,
    predicted: Mapping[str, Json],
    reason: str,
    cliffs: Sequence[Cliff],
    directory: Path,
) -> None:
    """Writes the manifest into the run directory; `predicted` is as in the record. Raises EvidenceError."""
    data = {
        "scenario": scenario.name,
        "summary": scenario.summary,
        "family": scenario.family,
        "engine": engine,
        "parameters": scenario.parameters,
        "predicted": predicted,
        "reason": reason,
        "services": {
            name: {"image": one.image, "program": one.words[-1], "nofile": one.nofile, "platform": one.platform}
            for name, one in scenario.services.items()
        },
        "cliffs": [
            {"service": one.service, "seen": one.seen, "value": one.bound.value, "words": one.bound.words}
            for one in cliffs
        ],
    }
    with writing("the manifest cannot be saved"):
        write_whole(directory / MANIFEST_FILE, json.dumps(data, indent=1) + "\n")


def load(directory: Path) -> Mapping[str, Any] | None:
    """The manifest; None if it is missing or damaged. Older runs have none."""
    try:
        data = read_json(directory / MANIFEST_FILE)
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) and isinstance(data.get("services"), dict) else None
