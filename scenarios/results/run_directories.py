"""Run directories (runs/<scenario>/<time>-<id>/), the `latest` links, and the marks of runs that are under way."""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scenarios import places
from scenarios.errors import EvidenceError, UsageError
from scenarios.system.files import write_whole
from scenarios.system.owner import NOBODY, Owner, this_process

RUNS = places.RUNS
ACTIVE = RUNS / ".active"
LATEST = "latest"
RECORD = "run.json"
REMOVED = ".removed-"
TIME = "%Y%m%dT%H%M%S.%fZ"  # UTC, so that names sort by time
LOCAL_TIME = "%Y%m%dT%H%M%S.%f"  # in the names of older directories
# A younger directory without a record may belong to a run that is about to be marked.
YOUNG = timedelta(minutes=1)

_begun_here: list[Path] = []


@dataclass(frozen=True)
class Mark:
    """A run that has begun and has not been taken down, with its engine and the process that owns it."""

    run: str
    engine: str
    owner: Owner


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Turns an OSError into an EvidenceError that says `what`, where, and what to do."""
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: {error.strerror}" if error.filename else error.strerror  # a full disk names no file
        todo = f"make room or give write permission in {RUNS}, or set IOLAB_RUNS to another directory"
        raise EvidenceError(f"{what}: {where}; {todo}") from error


def create(scenario: str) -> tuple[str, Path]:
    """A new run's id and its directory, which the `latest` links now point to; raises EvidenceError."""
    run = secrets.token_hex(4)
    directory = RUNS / scenario / f"{datetime.now(UTC):{TIME}}-{run}"
    if not os.fsencode(directory).decode(errors="replace") == str(directory):
        raise EvidenceError(f"the name of the folder {str(RUNS)!a} is not UTF-8 text: set IOLAB_RUNS to another")
    with writing("the run directory cannot be created"):
        directory.mkdir(parents=True)
        _begun_here.append(directory)
        _link(RUNS / scenario / LATEST, directory.name)
        _link(RUNS / LATEST, f"{scenario}/{directory.name}")
    return run, directory


def under_way() -> Path | None:
    """The directory of the latest run that this process began, if it has no record yet."""
    last = _begun_here[-1] if _begun_here else None
    return last if last and last.is_dir() and not (last / RECORD).exists() else None


def _link(link: Path, target: str) -> None:
    """Replaces a link in one step, so that of two concurrent runs one wins and the link always exists."""
    fresh = link.with_name(f".{link.name}-{secrets.token_hex(4)}")
    fresh.symlink_to(target)
    fresh.replace(link)


def everything() -> list[Path]:
    """All run directories that can be entered, oldest first."""
    found = (
        path
        for path in RUNS.glob("[!.]*/[!.]*-*")
        if not (path.is_symlink() or path.parent.is_symlink()) and os.access(f"{path}/.", os.X_OK)
    )
    return sorted(found, key=lambda path: (begun_at(path), path.name))


def newest(limit: int | None = None) -> list[Path]:
    """At most `limit` run directories, newest first."""
    return everything()[::-1][:limit]


def run_of(directory: Path) -> str:
    """The run's id."""
    return directory.name.rpartition("-")[2]


def begun_at(directory: Path) -> datetime:
    """The time a run began; the year is 1 if the name of its directory does not say it."""
    text = directory.name.rpartition("-")[0]
    with suppress(ValueError):
        return datetime.strptime(text, TIME).replace(tzinfo=UTC)
    with suppress(ValueError, OverflowError):
        return datetime.strptime(text, LOCAL_TIME).astimezone(UTC)
    return datetime.min.replace(tzinfo=UTC)


def begun(directory: Path) -> tuple[str, str]:
    """The time a run began (UTC, to the second), and its id."""
    time = begun_at(directory)
    if time.year == datetime.min.year:
        return directory.name.rpartition("-")[0], run_of(directory)
    return f"{time:%Y-%m-%d %H:%M:%S}", run_of(directory)


def find(name: str | None) -> Path:
    """The directory of the run that `name` means; None means the latest run.

    A name is a run's id, its directory's name, a scenario (its latest run), or a path, from here or from the runs'
    folder: runs/fetch/TIME-ID/, runs/fetch/latest, runs/latest. The path of any directory with a record
    means a run too, such as a copy from another machine. Raises UsageError.
    """
    runs = everything()
    if name is not None:
        require_name(name)
        if os.sep in name and os.access(Path(name, RECORD), os.F_OK):
            return Path(name).absolute()
    if not runs:
        raise UsageError("there are no runs yet; start one: ./inv scenario epoll-500")
    if name is None:
        return runs[-1]
    matches = [path for path in runs if name in (path.name, run_of(path), path.parent.name)] or _at_path(name, runs)
    if not matches and name in places.catalog_files():
        raise UsageError(f"{name} has no run yet; ./inv scenario {name} makes one")
    if not matches:
        raise UsageError(f"there is no run {name!r}; ./inv runs lists the runs")
    return matches[-1]


def require_name(run: str) -> None:
    """Raises UsageError if the name is empty, such as that of a shell variable that is not set."""
    if not run.strip():
        raise UsageError("the run's name is empty; ./inv runs lists the runs")


def _at_path(name: str, runs: list[Path]) -> list[Path]:
    """The runs at a path: one run, those of a scenario, or all."""
    within = name.removeprefix("./").removeprefix("runs/") if name.startswith(("runs/", "./runs/")) else name
    for path in (Path(name), RUNS / within):
        with suppress(OSError, RuntimeError, ValueError):  # too long, a loop of links, a zero byte
            there = path.resolve()
            matches = [run for run in runs if there in ((real := run.resolve()), real.parent, real.parent.parent)]
            if matches:
                return matches
    return []


def mark(run: str, engine: str) -> None:
    """Marks a run as under way, so that a later command can clean up after a killed one; raises EvidenceError."""
    text = json.dumps({"run": run, "engine": engine, "owner": asdict(this_process())})
    with writing("the run cannot be marked as under way"):
        ACTIVE.mkdir(parents=True, exist_ok=True)
        write_whole(ACTIVE / run, text)


def unmark(run: str) -> None:
    """Removes a run's mark, once nothing of the run is left; raises EvidenceError."""
    with writing("the mark of the run cannot be removed"):
        (ACTIVE / run).unlink(missing_ok=True)


def marks() -> list[Mark]:
    """The marks of the runs under way; raises EvidenceError.

    A mark that cannot be read counts as one with a dead owner. A living run loses nothing by it: the objects on the
    engine name their owners too.
    """
    try:
        return [_read(path) for path in ACTIVE.iterdir() if not path.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise EvidenceError(f"the list of runs under way cannot be read: {ACTIVE}: {error.strerror}") from error


def living() -> set[str]:
    """The runs whose owner lives; raises EvidenceError."""
    return {mark.run for mark in marks() if mark.owner.lives}


def _read(path: Path) -> Mark:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Mark(path.name, str(data["engine"]), Owner.from_data(data["owner"]) or NOBODY)
    except (OSError, ValueError, KeyError, TypeError):
        return Mark(path.name, "docker", NOBODY)


def remove(*directories: Path) -> list[Path]:
    """Removes run directories, except of runs under way, and mends the links; returns those. Raises EvidenceError."""
    under_way = living()
    known = set(everything())
    removed = [one for one in directories if one in known and run_of(one) not in under_way and not _is_beginning(one)]
    with writing("a run cannot be removed"):
        for directory in removed:
            # Renamed first, in one step, so that a killed command never leaves half a run.
            with suppress(FileNotFoundError):  # another command removed it
                directory.rename(directory.with_name(f"{REMOVED}{directory.name}"))
        for half in RUNS.glob(f"[!.]*/{REMOVED}*"):
            with suppress(FileNotFoundError):
                shutil.rmtree(half)
        _mend_links({directory.parent for directory in removed})
    return removed


def _is_beginning(directory: Path) -> bool:
    age = datetime.now(UTC) - begun_at(directory)
    return not (directory / RECORD).exists() and timedelta(0) <= age < YOUNG


def _mend_links(folders: set[Path]) -> None:
    left = everything()
    for folder in folders:
        mine = [run for run in left if run.parent == folder]
        _mend_link(folder / LATEST, mine[-1].name if mine else None)
        with suppress(OSError):
            folder.rmdir()  # fails if the scenario still has runs
    _mend_link(RUNS / LATEST, f"{left[-1].parent.name}/{left[-1].name}" if left else None)


def _mend_link(link: Path, target: str | None) -> None:
    """Leaves a link whose target exists: another run may have begun meanwhile."""
    if link.exists():
        return
    if target is None:
        link.unlink(missing_ok=True)
    else:
        _link(link, target)
