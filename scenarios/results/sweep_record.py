"""The record of a sweep: its points, curves and cliffs in a sweep.json, from which it can be shown again."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scenarios.definition.parameters import Value
from scenarios.errors import EvidenceError, UsageError
from scenarios.results import run_directories
from scenarios.results.kept import Kept, adapter, load_kept
from scenarios.results.record import Status
from scenarios.system.files import Json, write_whole
from scenarios.theory.growth import Fit

FOLDER = ".sweeps"
FILE = "sweep.json"


@dataclass(frozen=True, kw_only=True)
class PointKept(Kept):
    """One run of the sweep. `value` is its measurement of what the sweep draws.

    `at` is its place on the axis, None without an axis. `predicted` and `measured` are the errors, None if there is
    none. `run` is its directory, None if nothing was run.
    """

    parameters: dict[str, Value]
    at: float | None
    verdict: Status
    problem: str | None
    run: str | None
    seconds: float
    predicted: Json
    measured: Json
    value: Json


@dataclass(frozen=True, kw_only=True)
class CurveKept(Kept):
    """A cost against the axis, as (N, cost) by rising N.

    `name` says which cost, and `beside` which runs, if several have the same value on the axis. `growth` is fitted to
    the points in `told_from`: those of runs that passed, before the first cliff.
    """

    name: str
    beside: str
    points: tuple[tuple[float, float], ...]
    told_from: tuple[float, ...]
    growth: Fit


@dataclass(frozen=True, kw_only=True)
class CliffKept(Kept):
    """A change of the predicted error between two neighbouring values of `parameter`, `below` and `above`.

    `at` is the first value with the new error by theory, None if theory does not say. `beside` is as in a curve.
    `before` and `after` are the predicted errors on both sides; `measured` says in words what both neighbours measured.
    """

    beside: str
    parameter: str
    below: float
    above: float
    at: float | None
    before: Json
    after: Json
    measured: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class MeasureKept(Kept):
    """The value that the sweep draws: its key among the measured values, its title and its unit."""

    key: str
    title: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Sweep(Kept):
    """A sweep, complete or so far.

    `swept` has the values of each varied parameter, `fixed` the parameters that all runs share; `command` repeats the
    sweep. Curves are drawn against `axis`, None if no varied parameter is a number. `file` is the digest of the
    scenario's file and of the lab's code; `begun` is UTC. `earlier` are the runs of the same sweep before this time.
    """

    scenario: str
    engine: str
    command: str
    begun: str
    file: str
    swept: dict[str, list[str]]
    fixed: dict[str, str]
    axis: str | None
    measure: MeasureKept
    points: tuple[PointKept, ...]
    curves: tuple[CurveKept, ...] = ()
    cliffs: tuple[CliffKept, ...] = ()
    complete: bool = False
    earlier: tuple[str, ...] = ()


def to_json(sweep: Sweep) -> str:
    """The sweep as one JSON object."""
    return adapter(Sweep).dump_json(sweep, indent=1).decode()


def save(sweep: Sweep, directory: Path) -> None:
    """Writes the sweep into its directory in one step; raises EvidenceError."""
    with run_directories.writing("the sweep cannot be saved"):
        directory.mkdir(parents=True, exist_ok=True)
        write_whole(directory / FILE, to_json(sweep) + "\n")


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Raises UsageError if another process runs the same sweep: each would overwrite the other's points."""
    with run_directories.writing("the sweep cannot be saved"):
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"the same sweep is under way in another process; wait for it: {directory}") from error
        yield
    finally:
        os.close(descriptor)


def point_of(run: Path) -> tuple[Path, PointKept] | None:
    """The sweep, and the point in it, that a run was made for; None for another run."""
    for directory in everything():
        with suppress(EvidenceError):
            for one in load(directory).points:
                if one.run and Path(one.run) == run:
                    return directory, one
    return None


def load(directory: Path) -> Sweep:
    """The sweep in a directory; raises EvidenceError if it is missing or damaged."""
    return load_kept(Sweep, directory / FILE, f"there is no sweep in {directory}")


def everything() -> list[Path]:
    """The directories of all sweeps, sorted."""
    return sorted(path.parent for path in (run_directories.RUNS / FOLDER).glob(f"*/{FILE}"))


def remove_those_without_runs() -> list[Path]:
    """Removes the sweeps that have no run left, but none that cannot be read; returns those. Raises EvidenceError."""
    removed = [directory for directory in everything() if _has_no_run(directory)]
    for directory in removed:
        with run_directories.writing("a sweep cannot be removed"):
            shutil.rmtree(directory)
    return removed


def _has_no_run(directory: Path) -> bool:
    with suppress(EvidenceError):
        return not any(one.run and Path(one.run).exists() for one in load(directory).points)
    return False
