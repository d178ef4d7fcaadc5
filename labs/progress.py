"""How far a learner is: one file, written whole, by one command at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from labs.draws import Parameters
from scenarios import places
from scenarios.errors import LabFailure
from scenarios.files import write_whole

FILE = "progress.json"
LOCK = ".progress.lock"
# `unknown`: the lab could not tell, which says nothing of the learner's program.
Result = Literal["passed", "not yet", "unknown", "skipped"]
State = Literal["done", "begun", "new"]


class Noted(BaseModel):
    """A part of the file; what a newer iolab wrote into it besides is kept out."""

    model_config = ConfigDict(extra="ignore")


class Attempt(Noted):
    """One check: when, how it ended, with which parameters, what it found, and the runs that it made."""

    time: str
    result: Result
    parameters: list[Parameters] = Field(default_factory=list)
    findings: list[str] = Field(default_factory=list)
    seconds: float = 0.0


class Predicted(Noted):
    """A learner's prediction beside theory's and the measurement, once there was a run."""

    said: str
    theory: str | None = None
    measured: str | None = None


class Course(Noted):
    """What was done of one exercise. `upcoming` are the parameters that the next attempt will have."""

    begun: str | None = None
    passed: str | None = None
    attempts: list[Attempt] = Field(default_factory=list)
    predictions: dict[str, Predicted] = Field(default_factory=dict)
    hints: list[int] = Field(default_factory=list)
    solution_shown: str | None = None
    upcoming: list[Parameters] | None = None

    @property
    def state(self) -> State:
        """Whether it is done, begun or new."""
        return "done" if self.passed else "begun" if self.begun else "new"


class Progress(Noted):
    """All exercises by their names; `current` was begun or checked last; `consents`: programs may run unisolated."""

    exercises: dict[str, Course] = Field(default_factory=dict)
    current: str | None = None
    consents: bool = False

    def of(self, exercise: str) -> Course:
        """What was done of an exercise, to be changed in place."""
        return self.exercises.setdefault(exercise, Course())


def now() -> str:
    """The present time, as the file has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def load(folder: Path | None = None) -> Progress:
    """What was noted so far, nothing where there is no file; raises LabFailure for one that cannot be read."""
    path = (folder or places.WORKSPACE) / FILE
    try:
        return Progress.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Progress()
    except OSError as error:
        raise LabFailure(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        what = error.errors(include_url=False)[0]["msg"]
        raise LabFailure(f"{path} is damaged ({what}): mend it, or move it away to begin anew") from error


@contextmanager
def noting() -> Iterator[Progress]:
    """The progress, to be changed within; saved on leaving, while no other command reads or writes it.

    Raises LabFailure when it cannot be.
    """
    folder = places.WORKSPACE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("w")
    except OSError as error:
        raise LabFailure(f"progress cannot be noted in {folder}: {error.strerror}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        progress = load(folder)
        yield progress
        try:
            write_whole(folder / FILE, progress.model_dump_json(indent=1) + "\n")
        except OSError as error:
            raise LabFailure(f"progress cannot be noted in {folder}: {error.strerror}") from error
