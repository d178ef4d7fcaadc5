"""The board: one page over all runs, a row for each scenario and a column for each kind of machine that ran it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scenarios import record, rundirs
from scenarios.errors import EvidenceError
from scenarios.evidence import EVIDENCE_FILE
from scenarios.files import read_json, write_whole
from scenarios.record import Record
from scenarios.report.charts.shapes import Chart, mark, path
from scenarios.report.content import PLATFORMS, UNFINISHED
from scenarios.report.page import PAGE_FILE

BOARD_FILE = "board.html"
# A trend has so many runs at most, the newest, and is so large, in pixels.
TREND, WIDTH, HEIGHT, EDGE = 30, 90, 24, 4
# So many of the newest runs are listed one by one.
LISTED = 200


@dataclass(frozen=True)
class Kept:
    """A run in short. `where` is its engine and its platforms; `link` leads from the board to its page, and is empty
    without one; `seconds` is None of one that did not come to its end.
    """

    scenario: str
    where: str
    verdict: str
    begun: str
    run: str
    seconds: float | None
    link: str


@dataclass(frozen=True)
class Cell:
    """All runs of a scenario in one place: the newest of them, their verdicts, and how many seconds the last ones took,
    as numbers and drawn.
    """

    newest: Kept
    counted: str
    seconds: Sequence[float]
    trend: Chart | None


def write(runs: Sequence[Path], into: Path) -> Path:
    """Draws the board of these run directories, oldest first, and returns where it is; raises EvidenceError."""
    path = into / BOARD_FILE
    with rundirs.writing("the board cannot be written"):
        into.mkdir(parents=True, exist_ok=True)
        write_whole(path, text(runs, into))
    return path


def text(runs: Sequence[Path], into: Path) -> str:
    """The board of these run directories, oldest first; its links lead on from `into`."""
    from scenarios.report.templating import rendered

    kept = [about(directory, into) for directory in runs]
    where = sorted({one.where for one in kept})
    names = sorted({one.scenario for one in kept})
    cells = {(name, place): _cell([one for one in kept if (one.scenario, one.where) == (name, place)])
             for name in names for place in where}  # fmt: skip
    return rendered("board.html.j2", names=names, where=where, cells=cells, runs=kept[::-1][:LISTED], count=len(kept))


def about(directory: Path, into: Path) -> Kept:
    """A run, from its record; of one without, only that it was begun."""
    begun, run = rundirs.begun(directory)
    kept: Record | None = None
    with suppress(EvidenceError):
        kept = record.load(directory)
    page = directory / PAGE_FILE
    return Kept(
        directory.parent.name,
        _where(directory, kept),
        kept.verdict if kept else UNFINISHED,
        begun,
        run,
        kept.seconds.get("run", kept.seconds["total"]) if kept and kept.measured is not None else None,
        os.fspath(page.relative_to(into)) if page.exists() else "",
    )


def _where(directory: Path, kept: Record | None) -> str:
    """The engine, and the platforms of the services; the streams of the evidence are not needed for that."""
    data: object = None
    with suppress(OSError, ValueError):
        data = read_json(directory / EVIDENCE_FILE)
    engine = kept.engine if kept else _text_of(data, "engine")
    services = data.get("services") if isinstance(data, Mapping) else None
    names = [_text_of(one, "platform") for one in services.values()] if isinstance(services, Mapping) else []
    platforms = {PLATFORMS.get(name, name) for name in names if name}
    return ", ".join(filter(None, [engine, " and ".join(sorted(platforms))])) or "not known"


def _text_of(data: object, key: str) -> str:
    """What stands there, if it is a text: a damaged file may hold anything, and the others are to be shown."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) else ""


def _cell(runs: Sequence[Kept]) -> Cell | None:
    if not runs:
        return None
    counts = {verdict: sum(one.verdict == verdict for one in runs) for verdict in (*record.EXIT_STATUS, UNFINISHED)}
    counted = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    seconds = [one.seconds for one in runs if one.seconds is not None][-TREND:]
    return Cell(runs[-1], counted, seconds, trend(seconds))


def trend(seconds: Sequence[float]) -> Chart | None:
    """How long each run took, the newest on the right; None where there is no second one to compare with."""
    if len(seconds) < 2:
        return None
    high = max(seconds) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(seconds) - 1)
    points = [(EDGE + step * n, HEIGHT - EDGE - one / high * (HEIGHT - 2 * EDGE)) for n, one in enumerate(seconds)]
    return Chart(WIDTH, HEIGHT, [path(points, "line s0"), mark(*points[-1], 0)])
