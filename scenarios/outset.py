"""What a run sets out with, written before anything starts: who looks on while it runs knows by it what must come."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenarios import families
from scenarios.errors import EvidenceError
from scenarios.families.base import Prediction
from scenarios.files import read_json, write_whole
from scenarios.scenario import Scenario

OUTSET_FILE = "outset.json"


def save(scenario: Scenario, engine: str, prediction: Prediction, directory: Path) -> None:
    """Writes it into the run directory; raises EvidenceError when it cannot."""
    data = {
        "scenario": scenario.name,
        "summary": scenario.summary,
        "family": scenario.family,
        "engine": engine,
        "parameters": scenario.parameters,
        "predicted": prediction.json(),
        "reason": prediction.reason,
        "services": {
            name: {"image": one.image, "program": one.module, "nofile": one.nofile, "platform": one.platform}
            for name, one in scenario.services.items()
        },
        "cliffs": [
            {"service": one.service, "seen": one.seen, "value": one.bound.value, "words": one.bound.words}
            for one in families.find(scenario.family).cliffs(scenario)
        ],
    }
    try:
        write_whole(directory / OUTSET_FILE, json.dumps(data, indent=1) + "\n")
    except OSError as error:
        raise EvidenceError(f"the outset cannot be saved: {error.filename or directory}: {error.strerror}") from error


def load(directory: Path) -> Mapping[str, Any] | None:
    """What was written; None where there is nothing that can be read, as of older runs."""
    try:
        data = read_json(directory / OUTSET_FILE)
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) and isinstance(data.get("services"), dict) else None
