"""A learner's progress: one file, replaced as a whole, by one command at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from labs.randomize import Parameters
from scenarios import places
from scenarios.errors import LabFailure
from scenarios.system.files import write_whole

FILE = "progress.json"
LOCK = ".progress.lock"
# Exercises that an older course had under another number. Their progress and their files are kept.
RENAMED = {
    "060-event-queue": "150-event-queue",
    "080-select-server": "090-select-server",
    "090-find-the-cliff": "110-find-the-limit",
    "100-poll-then-epoll": "130-poll-then-epoll",
    "120-windows": "210-windows",
    "130-blocked-loop": "170-blocked-loop",
    "140-out-of-descriptors": "200-out-of-descriptors",
    "150-ten-thousand-clients": "220-ten-thousand-clients",
}
# `unknown`: the check itself failed; the learner's program may be fine.
Result = Literal["passed", "not yet", "unknown", "skipped"]
State = Literal["done", "begun", "new"]


class Stored(BaseModel):
    """A mapping of the file; keys that a newer iolab added are ignored."""

    model_config = ConfigDict(extra="ignore")


class Attempt(Stored):
    time: str
    result: Result
    parameters: list[Parameters] = Field(default_factory=list)
    findings: list[str] = Field(default_factory=list)  # the `about` of each
    files: list[str] = Field(default_factory=list)  # the learner's files that they are about
    seconds: float = 0.0
    runs: list[str] = Field(default_factory=list)  # the id of each part's run


class Predicted(Stored):
    """A learner's prediction and, after the first run, theory's and the measured value."""

    said: str
    theory: str | None = None
    measured: str | None = None


class ExerciseProgress(Stored):
    """The progress in one exercise; `upcoming` are the parameters of the next attempt.

    `passed_files` is the digest of the files that passed last.
    """

    begun: str | None = None
    passed: str | None = None
    passed_files: str | None = None
    attempts: list[Attempt] = Field(default_factory=list)
    predictions: dict[str, Predicted] = Field(default_factory=dict)
    hints: list[int] = Field(default_factory=list)
    solution_shown: str | None = None
    upcoming: list[Parameters] | None = None

    @property
    def state(self) -> State:
        return "done" if self.passed else "begun" if self.begun else "new"


class Progress(Stored):
    """All exercises by name; `current` was started or checked last, `consents` to programs without isolation."""

    exercises: dict[str, ExerciseProgress] = Field(default_factory=dict)
    current: str | None = None
    consents: bool = False

    def entry(self, exercise: str) -> ExerciseProgress:
        return self.exercises.setdefault(exercise, ExerciseProgress())


def now() -> str:
    """The present time, in the file's format."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def load(folder: Path | None = None) -> Progress:
    """The progress in a folder, by default the workspace; empty without a file. Raises LabFailure if it is damaged."""
    path = (folder or places.WORKSPACE) / FILE
    try:
        return _renamed(Progress.model_validate_json(path.read_bytes()))
    except FileNotFoundError:
        return Progress()
    except OSError as error:
        raise LabFailure(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        what = error.errors(include_url=False)[0]["msg"]
        raise LabFailure(f"{path} is damaged ({what}); repair it, or move it away to start over") from error


def _renamed(saved: Progress) -> Progress:
    """With the progress of an older course under the exercises' new names."""
    for old, new in RENAMED.items():
        if old in saved.exercises:
            saved.exercises.setdefault(new, saved.exercises.pop(old))
    saved.current = RENAMED.get(saved.current or "", saved.current)
    return saved


@contextmanager
def updating() -> Iterator[Progress]:
    """The progress, to be changed inside the block and saved at its end; other commands wait. Raises LabFailure."""
    folder = places.WORKSPACE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("w")
    except OSError as error:
        raise LabFailure(f"progress cannot be saved in {folder}: {error.strerror}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        progress = load(folder)
        yield progress
        try:
            write_whole(folder / FILE, progress.model_dump_json(indent=1) + "\n")
        except OSError as error:
            raise LabFailure(f"progress cannot be saved in {folder}: {error.strerror}") from error
