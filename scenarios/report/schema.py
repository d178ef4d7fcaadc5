"""Writes run.schema.json, the JSON schema of a record: python -m scenarios.report.schema."""

import json
from pathlib import Path
from typing import get_type_hints

from scenarios.results.kept import adapter
from scenarios.results.record import Record

FILE = Path(__file__).with_name("run.schema.json")


def generate() -> str:
    """The schema's text, with the annotations of Record as descriptions."""
    schema = adapter(Record).json_schema()
    schema["required"] = list(schema["properties"])
    for name, hint in get_type_hints(Record, include_extras=True).items():
        if name in schema["properties"]:
            schema["properties"][name]["description"] = hint.__metadata__[0]
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "A run of a scenario"}
    return json.dumps(schema, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(generate(), encoding="utf-8")
