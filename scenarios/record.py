"""The record of a run: the one object that --json prints and run.json holds.

Its JSON schema is report/run.schema.json. The library that reads it takes longer to import than a prediction, so it is
imported where it is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from scenarios import files
from scenarios.errors import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EvidenceError
from scenarios.parameters import Value
from scenarios.quantities import Json
from scenarios.rundirs import RECORD

if TYPE_CHECKING:
    from pydantic import TypeAdapter

RECORD_FILE = RECORD
Status = Literal["pass", "fail", "error", "skip"]
EXIT_STATUS: dict[Status, int] = {"pass": EXIT_PASS, "fail": EXIT_FAIL, "error": EXIT_ERROR, "skip": EXIT_PASS}


@dataclass(frozen=True)
class Check:
    """One check: its sentence, and whether it held; `error` is one that crashed and so told nothing, by the exception
    `cause`. One that was skipped did not apply or, with the `cause` Unavailable, could not be looked at.
    """

    name: str
    result: Literal["passed", "failed", "error", "skipped"]
    message: str = ""
    cause: str | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """A run in short. `predicted` is None when the lab could not even predict, `measured` when it could not measure.

    What stands beside a type is its description in the schema.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic's own name for the configuration of a dataclass

    scenario: Annotated[str, "the scenario's name"]
    engine: Annotated[str, "the engine that ran it"]
    run: Annotated[str | None, "the run's directory; null when nothing was run"] = None
    parameters: Annotated[dict[str, Value], "every parameter as it was used"]
    predicted: Annotated[
        dict[str, Json] | None, "what theory said, by quantity; bounds are [low, high], and `error` is there always"
    ]
    measured: Annotated[dict[str, Json] | None, "what happened, with the same keys"] = None
    relations: Annotated[dict[str, list[Json]], "what theory said of a quantity's parts"] = field(default_factory=dict)
    verdict: Annotated[Status, "pass, fail, error (the lab could not tell) or skip (this machine cannot run it)"]
    checks: Annotated[tuple[Check, ...], "the checks, each with its result"] = ()
    seconds: Annotated[dict[str, float], "how long each phase took, from the command's own start on, and `total`"]
    reason: Annotated[str, "why theory predicts this"] = ""
    problem: Annotated[str | None, "why the verdict is not pass"] = None
    cause: Annotated[str | None, "the error by which the lab could not tell, as scenarios/errors.py names it"] = None

    @property
    def exit_status(self) -> int:
        """The exit status that the verdict stands for."""
        return EXIT_STATUS[self.verdict]


def worst(records: Sequence[Record]) -> Record:
    """The one by which several are judged: what is known to have failed counts before what could not be told."""
    return max(records, key=lambda one: (one.verdict == "fail", one.exit_status))


@cache
def adapter() -> "TypeAdapter[Record]":
    """What reads records."""
    from pydantic import TypeAdapter

    return TypeAdapter(Record)


def save(record: Record, directory: Path) -> None:
    """Writes the record into its run directory; raises EvidenceError when it cannot."""
    try:
        files.write_whole(directory / RECORD_FILE, to_json(record) + "\n")
    except OSError as error:
        raise EvidenceError(f"the record cannot be saved: {error.filename or directory}: {error.strerror}") from error


def to_json(record: Record) -> str:
    """The record as one JSON object."""
    return files.to_json(record)


def load(directory: Path) -> Record:
    """The record in a run directory; raises EvidenceError when it is missing or damaged."""
    path = directory / RECORD_FILE
    try:
        kept = adapter().validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvidenceError(f"the run {directory} has no record: {error.strerror}") from error
    except ValueError as error:  # pydantic's own error is one
        raise EvidenceError(f"{path} is damaged: {error}") from error
    if "total" not in kept.seconds:
        raise EvidenceError(f"{path} is damaged: it does not say how long the run took in all")
    return kept
