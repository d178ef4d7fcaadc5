"""A catalog file as it is written: numbers may still be placeholders, and what is left out has its default."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from scenarios import places
from scenarios.parameters import Value, Whole
from scenarios.yaml_source import YamlSource

# What says how a file must be; it is looked at as well before a file that was found right is taken to be right still.
SCHEMA = Path(__file__).with_name("catalog_schema.py")


@dataclass(frozen=True)
class WrittenService:
    """One service, in Compose's words; `nofile` is the one of its ulimits."""

    image: str
    program: str
    args: tuple[str | int | float, ...] = ()
    nofile: Whole = 1024
    pids_limit: Whole = 64
    mem_limit: str = "512MiB"
    cpu_count: Whole | None = None
    depends_on: Mapping[str, Literal["ready", "completed"]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> WrittenService:
        """From a file's own mapping, which the schema has allowed."""
        given = {key: value for key, value in data.items() if key != "ulimits"}
        return cls(**{**given, **data.get("ulimits", {}), "args": tuple(data.get("args", ()))})


@dataclass(frozen=True)
class WrittenScenario:
    """A scenario; `next_commands` are what its key `try` names."""

    summary: str
    family: str
    services: Mapping[str, WrittenService]
    teaches: str = ""
    topic: str = ""
    alone: bool = False
    timeout: float = 120
    parameters: Mapping[str, Value] = field(default_factory=dict)
    next_commands: tuple[str, ...] = ()
    sweep: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> WrittenScenario:
        """From a file's own mapping, which the schema has allowed."""
        given = {key: value for key, value in data.items() if key != "try"}
        services = {name: WrittenService.of(one) for name, one in data["services"].items()}
        return cls(**{**given, "services": services, "next_commands": tuple(data.get("try", ()))})


def read(source: YamlSource) -> WrittenScenario:
    """The scenario in a file; raises SpecError for one that the schema does not allow.

    A catalog file that was found right once is not looked at again before it, or the schema, changes: the schema's
    library takes longer to import than everything else that a listing does.
    """
    mark = _mark(source)
    if mark is None or not mark.exists():
        from scenarios import catalog_schema

        catalog_schema.check(source)
        if mark is not None:
            with suppress(OSError):  # It is only looked at once more.
                mark.parent.mkdir(exist_ok=True)
                mark.touch()
    return WrittenScenario.of(source.data)


def _mark(source: YamlSource) -> Path | None:
    """What is there once this very text was found right; None for a file that is not of the catalog."""
    if source.path.parent != places.CATALOG or not places.CHECKED.parent.is_dir():
        return None
    digest = hashlib.sha256(SCHEMA.read_bytes() + source.text.encode(errors="surrogatepass"))
    return places.CHECKED / digest.hexdigest()
