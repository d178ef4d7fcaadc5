"""The learner's folder of an exercise: copied from the starter, read for an attempt, moved aside by a reset."""

import hashlib
import warnings
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from labs.exercise import Exercise
from labs.progress import RENAMED
from scenarios import places
from scenarios.definition.scenario import Code
from scenarios.errors import LabFailure, UsageError
from scenarios.system.files import write_whole

KEPT = ".kept"
# Characters of all files together; a learner's program needs a few KiB.
MAX_CHARACTERS = 1024 * 1024


@dataclass(frozen=True)
class Unreadable:
    file: str
    line: int
    problem: str


def folder(exercise: Exercise) -> Path:
    """The learner's folder of the exercise; one that an older course had under another number is renamed."""
    here = places.WORKSPACE / exercise.name
    old = next((places.WORKSPACE / old for old, new in RENAMED.items() if new == exercise.name), None)
    if old and old.is_dir() and not here.exists():
        with suppress(OSError):  # then the learner starts anew, and the old files stay where they are
            old.rename(here)
    return here


def create(exercise: Exercise) -> list[Path]:
    """Copies the missing files of the starter and returns their paths; raises LabFailure."""
    here = folder(exercise)
    made = []
    try:
        here.mkdir(parents=True, exist_ok=True)
        for name in exercise.files:
            if not (here / name).exists():
                write_whole(here / name, (exercise.starter / name).read_text(encoding="utf-8"))
                made.append(here / name)
    except OSError as error:
        raise LabFailure(
            f"the files of the exercise cannot be copied: {error.filename or here}: {error.strerror}"
        ) from error
    return made


def reset(exercise: Exercise) -> Path:
    """Moves the learner's files aside and copies the starter again; returns where the old files are.

    Raises UsageError if the exercise was not started.
    """
    here = folder(exercise)
    if not here.is_dir():
        raise not_started(exercise)
    aside = places.WORKSPACE / KEPT / f"{exercise.name}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    try:
        aside.parent.mkdir(parents=True, exist_ok=True)
        here.rename(aside)
    except OSError as error:
        raise LabFailure(f"{here} cannot be moved aside: {error.strerror}") from error
    create(exercise)
    return aside


def not_started(exercise: Exercise) -> UsageError:
    """The error of a command that needs the learner's files of this exercise."""
    return UsageError(f"{exercise.name} is not started; start it with ./inv lab.start {exercise.number}")


def digest(here: Path) -> str:
    """The SHA-256 of the Python files of a folder, with their names."""
    found = hashlib.sha256()
    for path in sorted(one for one in here.glob("*.py") if one.is_file()):
        with suppress(OSError):
            found.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


def read_code(here: Path, entry: str) -> Code | Unreadable:
    """The Python files of a folder, of which `entry` is run; or why they cannot run."""
    if (here / entry).is_dir():
        return Unreadable(entry, 1, f"{entry} is a folder; move it away, and ./inv lab.start copies the file again")
    if not (here / entry).is_file():
        return Unreadable(entry, 1, "the file is missing; ./inv lab.start copies it again")
    files: dict[str, str] = {}
    for path in sorted(one for one in here.glob("*.py") if one.is_file()):
        try:
            text = path.read_bytes().decode("utf-8")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the program shows it again when it runs
                compile(text, path.name, "exec", dont_inherit=True)
        except UnicodeDecodeError as error:
            return Unreadable(path.name, 1, f"the file is not UTF-8 text: {error.reason} at byte {error.start}")
        except SyntaxError as error:
            return Unreadable(path.name, error.lineno or 1, f"{type(error).__name__}: {error.msg}")
        except (ValueError, MemoryError, RecursionError) as error:  # such as a zero byte, or brackets without end
            return Unreadable(path.name, 1, f"Python cannot compile the file: {error}")
        except OSError as error:
            return Unreadable(path.name, 1, f"the file cannot be read: {error.strerror}")
        files[path.name] = text
    if (total := sum(map(len, files.values()))) > MAX_CHARACTERS:
        return Unreadable(entry, 1, f"the files have {total} characters in total; the limit is {MAX_CHARACTERS}")
    return Code(entry, files)


def display_path(path: Path) -> str:
    """The path relative to the current folder if it is inside, else the whole path."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
