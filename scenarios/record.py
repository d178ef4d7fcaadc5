"""The record of a run: the one object that --json prints and run.json holds.

Its JSON schema is report/run.schema.json.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenarios.errors import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EvidenceError
from scenarios.outcome import Outcome
from scenarios.parameters import Value

RECORD_FILE = "run.json"
Status = Literal["pass", "fail", "error", "skip"]
EXIT_STATUS: dict[Status, int] = {"pass": EXIT_PASS, "fail": EXIT_FAIL, "error": EXIT_ERROR, "skip": EXIT_PASS}


class Check(BaseModel):
    """One outcome check: its sentence, and whether it held; `error` is a check that crashed and so told nothing."""

    model_config = ConfigDict(frozen=True)

    name: str
    result: Literal["passed", "failed", "error", "skipped"]
    message: str = ""


class Record(BaseModel):
    """A run in short. `predicted` is None when the lab could not even predict, `measured` when it could not measure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: str = Field(description="the scenario's name")
    engine: str = Field(description="the engine that ran it")
    run: str | None = Field(description="the run's directory; null when nothing was run")
    parameters: dict[str, Value] = Field(description="every parameter as it was used")
    predicted: Outcome | None = Field(description="what theory said; for fetches, seconds are [low, high]")
    measured: Outcome | None = Field(description="what happened, in the same shape; for fetches, seconds are numbers")
    verdict: Status = Field(
        description="pass, fail, error (the lab could not tell) or skip (this machine cannot run it)"
    )
    checks: tuple[Check, ...] = Field(description="the outcome checks, each with its result")
    seconds: dict[str, float] = Field(description="how long each phase took, and `total`")
    reason: str = Field(description="why theory predicts this")
    problem: str | None = Field(default=None, description="why the verdict is not pass")

    @property
    def exit_status(self) -> int:
        """The exit status that the verdict stands for."""
        return EXIT_STATUS[self.verdict]


def save(record: Record, directory: Path) -> None:
    """Writes the record into its run directory; raises EvidenceError when it cannot."""
    try:
        (directory / RECORD_FILE).write_text(to_json(record) + "\n", encoding="utf-8")
    except OSError as error:
        raise EvidenceError(f"the record cannot be saved: {error.filename}: {error.strerror}") from error


def to_json(record: Record) -> str:
    """The record as one JSON object.

    An outcome has only the fields of its family: `served` and `error`, or `seconds` and `bytes` too.
    """
    unused: dict[str, set[str]] = {}
    for name in ("predicted", "measured"):
        outcome: Outcome | None = getattr(record, name)
        if outcome is not None:
            unused[name] = {"seconds", "bytes"} if outcome.seconds is None else {"served"}
    return record.model_dump_json(indent=1, exclude=unused)


def load(directory: Path) -> Record:
    """The record in a run directory; raises EvidenceError when it is missing or damaged."""
    path = directory / RECORD_FILE
    try:
        return Record.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvidenceError(f"the run {directory} has no record: {error.strerror}") from error
    except (ValidationError, ValueError) as error:
        raise EvidenceError(f"{path} is damaged: {error}") from error
