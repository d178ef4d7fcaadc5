"""Run directories: runs/<scenario>/<time>-<id>/, the `latest` links, and the marks of runs that are under way."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from scenarios.errors import EvidenceError, UsageError
from scenarios.owner import Owner, this_process
from scenarios.spec import ROOT

RUNS = ROOT / "runs"
ACTIVE = RUNS / ".active"
LATEST = "latest"
TIME = "%Y%m%dT%H%M%S.%f"  # sorts as it passes


@dataclass(frozen=True)
class Mark:
    """A run that was begun and not yet taken down: on which engine, and by whom."""

    run: str
    engine: str
    owner: Owner


def create(scenario: str) -> tuple[str, Path]:
    """A new run's id and its directory, which the `latest` links lead to from now on."""
    run = secrets.token_hex(4)
    directory = RUNS / scenario / f"{datetime.now():{TIME}}-{run}"
    try:
        directory.mkdir(parents=True)
    except OSError as error:
        raise EvidenceError(f"no run directory can be made: {error.filename}: {error.strerror}") from error
    _link(RUNS / scenario / LATEST, directory.name)
    _link(RUNS / LATEST, f"{scenario}/{directory.name}")
    return run, directory


def _link(link: Path, target: str) -> None:
    """Points a link elsewhere in one step, so that two runs at once leave one of the two targets, never none."""
    fresh = link.with_name(f".{link.name}-{secrets.token_hex(4)}")
    fresh.symlink_to(target)
    fresh.replace(link)


def everything() -> list[Path]:
    """All run directories, oldest first."""
    found = (path for path in RUNS.glob("[!.]*/[!.]*-*") if path.is_dir() and not path.parent.is_symlink())
    return sorted(found, key=lambda path: path.name)


def begun(directory: Path) -> tuple[str, str]:
    """When a run began, to the second, and its id."""
    time, _, run = directory.name.rpartition("-")
    try:
        return f"{datetime.strptime(time, TIME):%Y-%m-%d %H:%M:%S}", run
    except ValueError:
        return time, run


def find(name: str | None) -> Path:
    """The run whose id, directory's name or scenario (then its latest) is `name`; None is the latest of all.

    Raises UsageError.
    """
    runs = everything()
    if not runs:
        raise UsageError("there are no runs yet; make one: ./inv scenario epoll-500")
    if name is None:
        return runs[-1]
    matches = [path for path in runs if name in (path.name, path.name.rpartition("-")[2], path.parent.name, str(path))]
    if not matches:
        raise UsageError(f"there is no run {name!r}; ./inv runs lists them")
    return matches[-1]


def mark(run: str, engine: str) -> None:
    """Notes that a run is under way, for the case that this process is killed."""
    ACTIVE.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"run": run, "engine": engine, "owner": asdict(this_process())})
    fresh = ACTIVE / f".{run}"
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(ACTIVE / run)


def unmark(run: str) -> None:
    """Notes that nothing of the run is left."""
    (ACTIVE / run).unlink(missing_ok=True)


def marks() -> list[Mark]:
    """The runs under way; a mark that cannot be read counts as one of a dead owner."""
    return [_read(path) for path in ACTIVE.glob("[!.]*")] if ACTIVE.is_dir() else []


def _read(path: Path) -> Mark:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Mark(path.name, str(data["engine"]), Owner(**data["owner"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Mark(path.name, "docker", Owner(0, 0, os.uname().nodename))
