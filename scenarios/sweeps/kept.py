"""What is kept of a sweep: its points, curves and cliffs, in one sweep.json from which it can be drawn again.

The library that reads and writes it takes longer to import than a plan to make, so it is imported where it is needed.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios import rundirs
from scenarios.errors import EvidenceError
from scenarios.files import write_whole
from scenarios.parameters import Value
from scenarios.quantities import Json
from scenarios.record import Status
from scenarios.theory.growth import Told

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FOLDER = ".sweeps"
FILE = "sweep.json"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A part of what is kept; a file that has more of it is damaged."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic's own name for the configuration of a dataclass


@dataclass(frozen=True, kw_only=True)
class PointKept(Kept):
    """One run: the swept parameters' values, what came of it, and `value`, what it measured of what is drawn.

    `at` is its number on the axis of the sweep's parameters, None where there is none.

    `predicted` and `measured` are the errors, None for none; `run` is its directory, None when nothing was run.
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
    """A cost against the axis, as (N, cost) by rising N; `name` says which one, and `beside` of which runs, if there
    are several at each value of the axis.

    `growth` is told from the points that stand in `told_from`: those of runs that passed, on the near side of a cliff.
    """

    name: str
    beside: str
    points: tuple[tuple[float, float], ...]
    told_from: tuple[float, ...]
    growth: Told


@dataclass(frozen=True, kw_only=True)
class CliffKept(Kept):
    """Between two neighbouring values of `parameter` the predicted error changes: `at` is theory's first value of the
    new one.

    `beside` says of which runs, as a curve's does. `before` and `after` are the errors that
    theory predicts on its two sides; `measured` says in words what the two neighbours measured. `at` is None where
    theory has no word of what lies between them.
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
    """What is drawn: its key among all that is measured, what it says, and its unit."""

    key: str
    title: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Sweep(Kept):
    """A sweep, as far as it has come.

    `swept` has the values of each varied parameter, `fixed` what was set alike; `command` runs it again. `axis` is what
    the curves are drawn against, None where nothing that was varied is a number. `file` is the digest of the scenario's
    file; `begun` is UTC. `complete` says that no point is missing.
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


@cache
def adapter() -> TypeAdapter[Sweep]:
    """What reads and writes sweeps."""
    from pydantic import TypeAdapter

    return TypeAdapter(Sweep)


def to_json(sweep: Sweep) -> str:
    """The sweep as one JSON object."""
    return adapter().dump_json(sweep, indent=1).decode()


def save(sweep: Sweep, directory: Path) -> None:
    """Writes it into its directory, in one step; raises EvidenceError."""
    with rundirs.writing("the sweep cannot be saved"):
        directory.mkdir(parents=True, exist_ok=True)
        write_whole(directory / FILE, to_json(sweep) + "\n")


def load(directory: Path) -> Sweep:
    """The sweep in a directory; raises EvidenceError when it is missing or damaged."""
    path = directory / FILE
    try:
        return adapter().validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvidenceError(f"there is no sweep in {directory}: {error.strerror}") from error
    except ValueError as error:  # pydantic's own error is one
        raise EvidenceError(f"{path} is damaged: {error}") from error


def everything() -> list[Path]:
    """The directories of all sweeps, sorted."""
    return sorted(path.parent for path in (rundirs.RUNS / FOLDER).glob(f"*/{FILE}"))


def remove_those_without_runs() -> list[Path]:
    """Removes the sweeps of which no run is left, and returns their directories; raises EvidenceError.

    One that cannot be understood is left alone.
    """
    removed = []
    for directory in filter(_has_no_run, everything()):
        with rundirs.writing("a sweep cannot be removed"):
            shutil.rmtree(directory)
        removed.append(directory)
    return removed


def _has_no_run(directory: Path) -> bool:
    with suppress(EvidenceError):
        return not any(one.run and Path(one.run).exists() for one in load(directory).points)
    return False
