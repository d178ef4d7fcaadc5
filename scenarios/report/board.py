"""The board: one page about all runs, with a row for each scenario and a column for each kind of machine."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scenarios.errors import EvidenceError
from scenarios.report.charts.shapes import Chart, mark, path
from scenarios.report.content import PLATFORMS, UNFINISHED
from scenarios.report.page import PAGE_FILE
from scenarios.results import record, run_directories
from scenarios.results.evidence import EVIDENCE_FILE
from scenarios.results.record import Record
from scenarios.system.files import read_json, write_whole

BOARD_FILE = "board.html"
# A trend shows at most this many of the latest runs; its size is in pixels.
TREND, WIDTH, HEIGHT, EDGE = 30, 90, 24, 4
# The number of runs in the list, newest first.
LISTED = 200


@dataclass(frozen=True)
class Kept:
    """A summary of a run: `where` is its engine and platforms, `link` the address of its page, empty without a page,
    and `seconds` None if the run did not finish.
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
    """All runs of a scenario on one kind of machine. `verdicts` counts them in words; `seconds` are of the latest runs,
    and `trend` draws them.
    """

    newest: Kept
    verdicts: str
    seconds: Sequence[float]
    trend: Chart | None


def write(runs: Sequence[Path], into: Path) -> Path:
    """Writes the board of these run directories, oldest first, and returns its file; raises EvidenceError."""
    path = into / BOARD_FILE
    with run_directories.writing("the board cannot be written"):
        into.mkdir(parents=True, exist_ok=True)
        write_whole(path, text(runs, into))
    return path


def text(runs: Sequence[Path], into: Path) -> str:
    """The board of these run directories, oldest first; its links are relative to `into`."""
    from scenarios.report.templating import render

    kept = [summary(directory, into) for directory in runs]
    where = sorted({one.where for one in kept})
    names = sorted({one.scenario for one in kept})
    cells = {(name, place): _cell([one for one in kept if (one.scenario, one.where) == (name, place)])
             for name in names for place in where}  # fmt: skip
    return render("board.html.j2", names=names, where=where, cells=cells, runs=kept[::-1][:LISTED], count=len(kept))


def summary(directory: Path, into: Path) -> Kept:
    """A run's summary; a run without a record is unfinished."""
    begun, run = run_directories.begun(directory)
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
        os.fspath(page.relative_to(into)) if os.access(page, os.R_OK) else "",
    )


def _where(directory: Path, kept: Record | None) -> str:
    """The engine and the platforms of the services, read without the streams of the evidence."""
    data: object = None
    with suppress(OSError, ValueError):
        data = read_json(directory / EVIDENCE_FILE)
    engine = kept.engine if kept else _text_of(data, "engine")
    services = data.get("services") if isinstance(data, Mapping) else None
    names = [_text_of(one, "platform") for one in services.values()] if isinstance(services, Mapping) else []
    platforms = {PLATFORMS.get(name, name) for name in names if name}
    return ", ".join(filter(None, [engine, " and ".join(sorted(platforms))])) or "unknown"


def _text_of(data: object, key: str) -> str:
    """The text under a key; empty if there is none, since a damaged file may hold anything."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) else ""


def _cell(runs: Sequence[Kept]) -> Cell | None:
    if not runs:
        return None
    counts = {verdict: sum(one.verdict == verdict for one in runs) for verdict in (*record.EXIT_STATUS, UNFINISHED)}
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    seconds = [one.seconds for one in runs if one.seconds is not None][-TREND:]
    return Cell(runs[-1], verdicts, seconds, trend(seconds))


def trend(seconds: Sequence[float]) -> Chart | None:
    """A line of how long each run took, newest on the right; None for fewer than two runs."""
    if len(seconds) < 2:
        return None
    high = max(seconds) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(seconds) - 1)
    points = [(EDGE + step * n, HEIGHT - EDGE - one / high * (HEIGHT - 2 * EDGE)) for n, one in enumerate(seconds)]
    return Chart(WIDTH, HEIGHT, [path(points, "line s0"), mark(*points[-1], 0)])
