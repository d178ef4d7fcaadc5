"""Writes run.schema.json, the JSON schema of what --json prints and run.json holds.

python -m scenarios.report.schema
"""

import json
from pathlib import Path
from typing import get_type_hints

from scenarios.record import Record, adapter

FILE = Path(__file__).with_name("run.schema.json")


def generate() -> str:
    """The schema's text."""
    made = adapter().json_schema()
    made["required"] = list(made["properties"])
    for name, hint in get_type_hints(Record, include_extras=True).items():
        if name in made["properties"]:
            made["properties"][name]["description"] = hint.__metadata__[0]
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "A run of a scenario"}
    return json.dumps(schema, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(generate(), encoding="utf-8")
