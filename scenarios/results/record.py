"""The record of a run: the object that --json prints and run.json holds. Its JSON schema is report/run.schema.json."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from scenarios.definition.parameters import Value
from scenarios.errors import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EvidenceError, OutOfTime
from scenarios.results.kept import Kept, load_kept
from scenarios.results.run_directories import RECORD, writing
from scenarios.system import files
from scenarios.system.files import Json

RECORD_FILE = RECORD
# The problem in the record of a dry run.
DRY_RUN = "dry run: nothing was started"
Status = Literal["pass", "fail", "error", "skip"]
EXIT_STATUS: dict[Status, int] = {"pass": EXIT_PASS, "fail": EXIT_FAIL, "error": EXIT_ERROR, "skip": EXIT_PASS}


@dataclass(frozen=True)
class Check:
    """One check. `error` means that the check itself crashed, with the exception `cause`. `skipped` means that it does
    not apply or, with the cause Unavailable, that this machine cannot show what it needs.
    """

    name: str
    result: Literal["passed", "failed", "error", "skipped"]
    message: str = ""
    cause: str | None = None


@dataclass(frozen=True, kw_only=True)
class Record(Kept):
    """A summary of a run. `predicted` is null if the lab could not predict, `measured` if it could not measure."""

    scenario: Annotated[str, "the scenario's name"]
    engine: Annotated[str, "the engine that ran it"]
    run: Annotated[str | None, "the run's directory; null when nothing was run"] = None
    parameters: Annotated[dict[str, Value], "all parameters with the values of this run"]
    predicted: Annotated[
        dict[str, Json] | None, "the predicted values by quantity; bounds are [low, high]; `error` is always present"
    ]
    measured: Annotated[dict[str, Json] | None, "the measured values, with the same keys"] = None
    relations: Annotated[dict[str, list[Json]], "the predicted relations between the parts of a quantity"] = field(
        default_factory=dict
    )
    verdict: Annotated[
        Status, "pass, fail, error (the lab could not decide) or skip (this machine cannot run the scenario)"
    ]
    checks: Annotated[tuple[Check, ...], "every check with its result"] = ()
    seconds: Annotated[dict[str, float], "how long each phase took, counted from the start of the command, and `total`"]
    reason: Annotated[str, "why theory predicts this"] = ""
    problem: Annotated[str | None, "why the verdict is not pass"] = None
    cause: Annotated[str | None, "the class in scenarios/errors.py of the error that stopped the lab"] = None

    @property
    def exit_status(self) -> int:
        return EXIT_STATUS[self.verdict]

    @property
    def is_dry_run(self) -> bool:
        return self.problem == DRY_RUN

    @property
    def is_out_of_time(self) -> bool:
        """Whether the run, or a check of it, had too little time on a busy machine, and nothing failed."""
        causes = {self.cause, *(one.cause for one in self.checks)}
        return self.verdict == "error" and OutOfTime.__name__ in causes


def worst(records: Sequence[Record]) -> Record:
    """The record with the worst verdict: fail, then error, then the others."""
    return max(records, key=lambda one: (one.verdict == "fail", one.exit_status))


def counted(records: Sequence[Record]) -> str:
    """How many there are of each verdict, such as `3 pass, 1 fail`."""
    verdicts = [one.verdict for one in records]
    return ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in EXIT_STATUS if verdict in verdicts)


def save(record: Record, directory: Path) -> None:
    """Writes the record into its run directory; raises EvidenceError."""
    text = to_json(record) + "\n"
    with writing("the record cannot be saved"):
        files.write_whole(directory / RECORD_FILE, text)


def to_json(record: Record) -> str:
    """The record as one JSON object."""
    return files.to_json(record)


def load(directory: Path) -> Record:
    """The record in a run directory; raises EvidenceError if it is missing or damaged."""
    path = directory / RECORD_FILE
    record = load_kept(Record, path, f"the run {directory} has no record")
    if "total" not in record.seconds:
        raise EvidenceError(f"{path} is damaged: `seconds` has no `total`")
    return record
