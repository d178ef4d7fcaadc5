"""Writes run.schema.json, the JSON schema of what --json prints and run.json holds.

python -m scenarios.report.schema
"""

import json
from pathlib import Path

from scenarios.record import Record

FILE = Path(__file__).with_name("run.schema.json")


def generate() -> str:
    """The schema's text."""
    made = Record.model_json_schema()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "A run of a scenario"}
    return json.dumps(schema, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(generate(), encoding="utf-8")
