"""Run directories: runs/<scenario>/<time>-<id>/, the `latest` links, and the marks of runs that are under way."""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scenarios import places
from scenarios.errors import EvidenceError, UsageError
from scenarios.files import write_whole
from scenarios.owner import NOBODY, Owner, this_process

RUNS = places.RUNS
ACTIVE = RUNS / ".active"
LATEST = "latest"
RECORD = "run.json"
REMOVED = ".removed-"
TIME = "%Y%m%dT%H%M%S.%fZ"  # UTC, so that it sorts as it passes
LOCAL_TIME = "%Y%m%dT%H%M%S.%f"  # what older directories are named by
# A directory without a record may belong to a run that is just being marked.
YOUNG = timedelta(minutes=1)

_begun_here: list[Path] = []


@dataclass(frozen=True)
class Mark:
    """A run that was begun and not yet taken down: on which engine, and by whom."""

    run: str
    engine: str
    owner: Owner


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Says what could not be written, where, and what to do; raises EvidenceError."""
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: {error.strerror}" if error.filename else error.strerror  # a full disk names no file
        todo = f"make room or give write permission in {RUNS}, or let IOLAB_RUNS name another directory"
        raise EvidenceError(f"{what}: {where}; {todo}") from error


def create(scenario: str) -> tuple[str, Path]:
    """A new run's id and its directory, which the `latest` links lead to from now on; raises EvidenceError."""
    run = secrets.token_hex(4)
    directory = RUNS / scenario / f"{datetime.now(UTC):{TIME}}-{run}"
    with writing("no run directory can be made"):
        directory.mkdir(parents=True)
        _begun_here.append(directory)
        _link(RUNS / scenario / LATEST, directory.name)
        _link(RUNS / LATEST, f"{scenario}/{directory.name}")
    return run, directory


def under_way() -> Path | None:
    """The directory of the run that this process began last and that has no record yet."""
    last = _begun_here[-1] if _begun_here else None
    return last if last and last.is_dir() and not (last / RECORD).exists() else None


def _link(link: Path, target: str) -> None:
    """Points a link elsewhere in one step, so that two runs at once leave one of the two targets, never none."""
    fresh = link.with_name(f".{link.name}-{secrets.token_hex(4)}")
    fresh.symlink_to(target)
    fresh.replace(link)


def everything() -> list[Path]:
    """All run directories, oldest first."""
    found = (path for path in RUNS.glob("[!.]*/[!.]*-*") if path.is_dir() and not path.parent.is_symlink())
    return sorted(found, key=lambda path: (_time(path), path.name))


def newest(limit: int | None = None) -> list[Path]:
    """The run directories, newest first; at most `limit` of them."""
    return everything()[::-1][:limit]


def run_of(directory: Path) -> str:
    """A run directory's run."""
    return directory.name.rpartition("-")[2]


def _time(directory: Path) -> datetime:
    text = directory.name.rpartition("-")[0]
    with suppress(ValueError):
        return datetime.strptime(text, TIME).replace(tzinfo=UTC)
    with suppress(ValueError, OverflowError):
        return datetime.strptime(text, LOCAL_TIME).astimezone(UTC)
    return datetime.min.replace(tzinfo=UTC)


def begun(directory: Path) -> tuple[str, str]:
    """When a run began, to the second and in UTC, and its id."""
    time = _time(directory)
    if time.year == datetime.min.year:
        return directory.name.rpartition("-")[0], run_of(directory)
    return f"{time:%Y-%m-%d %H:%M:%S}", run_of(directory)


def find(name: str | None) -> Path:
    """The run that is meant by `name`; None is the latest of all.

    A name is a run's id, its directory's name, a scenario (then its latest), or a path as a shell completes it, from
    here or from where the runs are: runs/fetch/TIME-ID/, runs/fetch/latest, runs/latest. Raises UsageError.
    """
    runs = everything()
    if not runs:
        raise UsageError("there are no runs yet; make one: ./inv scenario epoll-500")
    if name is None:
        return runs[-1]
    named(name)
    matches = [path for path in runs if name in (path.name, run_of(path), path.parent.name)] or _at_path(name, runs)
    if not matches:
        raise UsageError(f"there is no run {name!r}; ./inv runs lists them")
    return matches[-1]


def named(run: str) -> None:
    """Raises UsageError for a run that is named by nothing, as by a variable of a shell that is not set."""
    if not run.strip():
        raise UsageError("the run's name is empty; ./inv runs lists them, without a name it is the latest")


def _at_path(name: str, runs: list[Path]) -> list[Path]:
    """The runs at a path: that one, those of a scenario, or all."""
    within = name.removeprefix("./").removeprefix("runs/") if name.startswith(("runs/", "./runs/")) else name
    for path in (Path(name), RUNS / within):
        with suppress(OSError, RuntimeError, ValueError):  # too long, a circle of links, a zero byte
            there = path.resolve()
            matches = [run for run in runs if there in ((real := run.resolve()), real.parent, real.parent.parent)]
            if matches:
                return matches
    return []


def mark(run: str, engine: str) -> None:
    """Notes that a run is under way, for the case that this process is killed; raises EvidenceError."""
    text = json.dumps({"run": run, "engine": engine, "owner": asdict(this_process())})
    with writing("the run cannot be noted as under way"):
        ACTIVE.mkdir(parents=True, exist_ok=True)
        write_whole(ACTIVE / run, text)


def unmark(run: str) -> None:
    """Notes that nothing of the run is left; raises EvidenceError."""
    with writing("the run cannot be noted as over"):
        (ACTIVE / run).unlink(missing_ok=True)


def marks() -> list[Mark]:
    """The runs under way; a mark that cannot be read counts as one of a dead owner.

    What is on the engine has owners of its own, so that nothing is removed for that. Raises EvidenceError.
    """
    try:
        return [_read(path) for path in ACTIVE.iterdir() if not path.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise EvidenceError(f"which runs are under way cannot be seen: {ACTIVE}: {error.strerror}") from error


def _read(path: Path) -> Mark:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Mark(path.name, str(data["engine"]), Owner.from_data(data["owner"]) or NOBODY)
    except (OSError, ValueError, KeyError, TypeError):
        return Mark(path.name, "docker", NOBODY)


def remove(*directories: Path) -> list[Path]:
    """Removes run directories, none of a run under way, and points the links anew; returns those that are removed.

    Raises EvidenceError when one cannot be removed.
    """
    under_way = {mark.run for mark in marks() if mark.owner.lives}
    known = set(everything())
    removed = [one for one in directories if one in known and run_of(one) not in under_way and not _is_being_made(one)]
    with writing("a run cannot be removed"):
        for directory in removed:
            # In one step, so that a run is there as a whole or not at all, whenever this is killed.
            with suppress(FileNotFoundError):  # another command removes as well
                directory.rename(directory.with_name(f"{REMOVED}{directory.name}"))
        for half in RUNS.glob(f"[!.]*/{REMOVED}*"):
            with suppress(FileNotFoundError):
                shutil.rmtree(half)
        _point_links_anew({directory.parent for directory in removed})
    return removed


def _is_being_made(directory: Path) -> bool:
    age = datetime.now(UTC) - _time(directory)
    return not (directory / RECORD).exists() and timedelta(0) <= age < YOUNG


def _point_links_anew(folders: set[Path]) -> None:
    left = everything()
    for folder in folders:
        mine = [run for run in left if run.parent == folder]
        _lead(folder / LATEST, mine[-1].name if mine else None)
        with suppress(OSError):
            folder.rmdir()  # of a scenario that has runs, it is not empty
    _lead(RUNS / LATEST, f"{left[-1].parent.name}/{left[-1].name}" if left else None)


def _lead(link: Path, target: str | None) -> None:
    """A link that leads somewhere is right: a run may have begun meanwhile."""
    if link.exists():
        return
    if target is None:
        link.unlink(missing_ok=True)
    else:
        _link(link, target)
