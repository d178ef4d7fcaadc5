"""Frozen values that are kept as JSON, and checked when they are loaded.

pydantic takes longer to import than a run takes to start, so only functions that need it import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from scenarios.errors import EvidenceError
from scenarios.system.files import read_json

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")
_adapters: dict[type, TypeAdapter[Any]] = {}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A file with keys that its class does not have is damaged."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic's own name for the configuration of a dataclass


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Validates values of a class. Making it is slow, so each is made once."""
    from pydantic import TypeAdapter

    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def load_kept(kind: type[T], path: Path, missing: str) -> T:
    """The value in a file; the EvidenceError begins with `missing` if the file cannot be read."""
    try:
        return adapter(kind).validate_python(read_json(path))
    except OSError as error:
        raise EvidenceError(f"{missing}: {error.strerror}") from error
    except ValueError as error:  # pydantic's own error is one
        raise EvidenceError(f"{path} is damaged: {_first_problem(error)}") from error


def _first_problem(error: ValueError) -> str:
    """One line: pydantic's own message has one for each field, and an address."""
    if not hasattr(error, "errors"):
        return str(error)
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else str(first["msg"])
