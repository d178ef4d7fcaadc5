"""Files that are there whole or not at all: whoever reads one never finds the half that a full disk left. And the JSON
that stands in them.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


def to_json(value: Any, without: Mapping[str, Any] | None = None) -> str:
    """A frozen value as JSON, as the pydantic model of it would write it, but with no model made, which takes 0.1 s.

    `without` names keys that are left out, those of inner values too; a number that JSON lacks is null.
    """
    import pydantic_core

    return pydantic_core.to_json(value, indent=1, exclude=without, inf_nan_mode="null").decode()


def from_json(text: str | bytes) -> Any:
    """What the JSON says; raises ValueError for whatever is none, also where it is nested too deep to be read."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def read_json(path: Path) -> Any:
    """What the JSON in a file says; raises OSError, or ValueError when it is none."""
    return from_json(path.read_text(encoding="utf-8"))


def write_whole(path: Path, text: str) -> None:
    """Writes a file beside `path` and puts it in its place in one step.

    Raises OSError, and then `path` is as before.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
