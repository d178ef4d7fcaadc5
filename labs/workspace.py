"""The learner's folder of an exercise: made from the starter, read for an attempt, kept aside by a reset."""

from __future__ import annotations

import shutil
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from labs.exercise import Exercise
from scenarios import places
from scenarios.errors import LabFailure, UsageError
from scenarios.scenario import Code

KEPT = ".kept"
# All files together; a program that a learner writes is a few KiB.
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Unreadable:
    """Why a learner's files cannot be run: which one, and what is wrong with it."""

    file: str
    line: int
    problem: str


def folder(exercise: Exercise) -> Path:
    """Where the learner works on it."""
    return places.WORKSPACE / exercise.name


def begin(exercise: Exercise) -> list[Path]:
    """Copies those files of the starter that are not there yet, and returns them; raises LabFailure."""
    here = folder(exercise)
    made = []
    try:
        here.mkdir(parents=True, exist_ok=True)
        for name in exercise.files:
            if not (here / name).exists():
                shutil.copyfile(exercise.starter / name, here / name)
                made.append(here / name)
    except OSError as error:
        raise LabFailure(f"the exercise cannot be laid out: {error.filename}: {error.strerror}") from error
    return made


def reset(exercise: Exercise) -> Path:
    """Puts the learner's files aside, returns where, and begins anew; raises UsageError when there are none."""
    here = folder(exercise)
    if not here.is_dir():
        raise UsageError(f"{exercise.name} was not begun; ./inv lab.start {exercise.number} begins it")
    aside = places.WORKSPACE / KEPT / f"{exercise.name}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    try:
        aside.parent.mkdir(parents=True, exist_ok=True)
        here.rename(aside)
    except OSError as error:
        raise LabFailure(f"{here} cannot be put aside: {error.strerror}") from error
    begin(exercise)
    return aside


def code(here: Path, entry: str) -> Code | Unreadable:
    """The Python files of a folder, of which `entry` is run; or why they cannot be."""
    if not (here / entry).is_file():
        return Unreadable(entry, 1, "there is no such file; ./inv lab.start lays out what is missing")
    files: dict[str, str] = {}
    for path in sorted(one for one in here.glob("*.py") if one.is_file()):
        try:
            text = path.read_bytes().decode("utf-8")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # which the program itself gives when it runs
                compile(text, path.name, "exec", dont_inherit=True)
        except UnicodeDecodeError as error:
            return Unreadable(path.name, 1, f"it is not UTF-8 text: {error.reason} at byte {error.start}")
        except SyntaxError as error:
            return Unreadable(path.name, error.lineno or 1, f"{type(error).__name__}: {error.msg}")
        except (ValueError, MemoryError, RecursionError) as error:  # such as a zero byte, or brackets without end
            return Unreadable(path.name, 1, f"Python cannot read it: {error}")
        except OSError as error:
            return Unreadable(path.name, 1, f"it cannot be read: {error.strerror}")
        files[path.name] = text
    if (total := sum(map(len, files.values()))) > MOST_BYTES:
        return Unreadable(entry, 1, f"the files have {total} characters together; at most {MOST_BYTES} are run")
    return Code(entry, files)


def shown(path: Path) -> str:
    """A path as an editor opens it from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
