"""A catalog file as written: placeholders are not filled in yet, and keys that are left out have their defaults."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from scenarios import places
from scenarios.definition.parameters import Value, Whole
from scenarios.definition.yaml_source import YamlSource

# Importing the schema with pydantic takes 92 ms of CPU: `./inv scenarios` takes 325 ms with it and 233 ms without
# (medians of nine whole commands). Therefore this module declares the keys once more, as dataclasses with the defaults,
# and marks each catalog file that the schema has found valid.
SCHEMA = Path(__file__).with_name("schema.py")


@dataclass(frozen=True)
class WrittenService:
    """One service, in Compose's words; `nofile` is that of its `ulimits`: a number, or `soft:hard`."""

    image: str
    program: str
    args: tuple[str | int | float, ...] = ()
    nofile: Whole = 1024
    pids_limit: Whole = 64
    mem_limit: str = "512MiB"
    cpu_count: Whole | None = None
    sysctls: Mapping[str, Whole] = field(default_factory=dict)
    through: str | None = None
    depends_on: Mapping[str, Literal["ready", "completed"]] = field(default_factory=dict)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> WrittenService:
        given = {key: value for key, value in data.items() if key != "ulimits"}
        return cls(**{**given, **data.get("ulimits", {}), "args": tuple(data.get("args", ()))})


@dataclass(frozen=True)
class WrittenScenario:
    """A scenario; `next_commands` is its key `try`."""

    summary: str
    family: str
    services: Mapping[str, WrittenService]
    teaches: str = ""
    topic: str = ""
    alone: bool = False
    timeout: float = 120
    parameters: Mapping[str, Value] = field(default_factory=dict)
    next_commands: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    sweep: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> WrittenScenario:
        given = {key: value for key, value in data.items() if key != "try"}
        services = {name: WrittenService.from_data(one) for name, one in data["services"].items()}
        lists = {"next_commands": tuple(data.get("try", ())), "reports": tuple(data.get("reports", ()))}
        return cls(**{**given, "services": services, **lists})


def read(source: YamlSource) -> WrittenScenario:
    """The scenario in a file; raises SpecError if the schema does not allow it.

    A catalog file that was found valid is checked again only after it or the schema has changed.
    """
    mark = _mark(source)
    if mark is None or not mark.exists():
        from scenarios.definition import schema

        schema.check(source)
        if mark is not None:
            with suppress(OSError):  # Then it is checked again next time.
                mark.parent.mkdir(exist_ok=True)
                mark.touch()
    return WrittenScenario.from_data(source.data)


def _mark(source: YamlSource) -> Path | None:
    """The file that exists once this text was found valid; None for a file outside the catalog."""
    if places.CATALOG not in source.path.parents or not places.CHECKED.parent.is_dir():
        return None
    digest = hashlib.sha256(SCHEMA.read_bytes() + source.text.encode(errors="surrogatepass"))
    return places.CHECKED / digest.hexdigest()
