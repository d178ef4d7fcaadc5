"""The board: one page about all runs, with a row for each scenario and a column for each kind of machine."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scenarios.report import comparison_page
from scenarios.report.charts.shapes import Chart, mark, path
from scenarios.report.content import UNFINISHED
from scenarios.report.entries import Entry, entries
from scenarios.report.page import PAGE_FILE
from scenarios.results import record, run_directories
from scenarios.system.files import write_whole

BOARD_FILE = "board.html"
# A trend shows at most this many of the latest runs; its size is in pixels.
TREND, WIDTH, HEIGHT, EDGE = 30, 90, 24, 4
# The number of entries in the list, newest first.
LISTED = 500


@dataclass(frozen=True)
class Cell:
    """All runs of a scenario on one kind of machine, without those of sweeps.

    `verdicts` counts them in words. `seconds` are of the latest runs with the same parameters as the newest one, since
    others take another time; `trend` draws them.
    """

    newest: Entry
    verdicts: str
    seconds: Sequence[float]
    trend: Chart | None


@dataclass(frozen=True)
class Compared:
    """A comparison whose page was written, with the scenario and the id of each run."""

    link: str
    runs: Sequence[tuple[str, str]]


def write(runs: Sequence[Path], into: Path) -> Path:
    """Writes the board of these run directories, oldest first, and returns its file; raises EvidenceError."""
    path = into / BOARD_FILE
    with run_directories.writing("the board cannot be written"):
        into.mkdir(parents=True, exist_ok=True)
        write_whole(path, text(runs, into))
    return path


def text(runs: Sequence[Path], into: Path, live: str = "") -> str:
    """The board of these run directories, oldest first; its links are relative to `into`.

    `live` is the address before the id of a run without a page; empty if there is none.
    """
    from scenarios.report.templating import render

    listed = entries(runs, into)
    kept = [one for one in listed if one.run][::-1]
    where = sorted({one.where for one in kept})
    names = sorted({one.scenario for one in kept})
    cells = {(name, place): _cell([one for one in kept if (one.scenario, one.where) == (name, place)])
             for name in names for place in where}  # fmt: skip
    return render(
        "board.html.j2",
        names=names,
        where=where,
        cells=cells,
        entries=listed[:LISTED],
        choices=_choices(listed[:LISTED]),
        count=len(kept),
        sweeps=len(listed) - len(kept),
        live=live,
        comparisons=[_compared(*one) for one in comparison_page.everything()],
    )


def _choices(listed: Sequence[Entry]) -> dict[str, list[str]]:
    """The values that the board can be filtered by."""
    return {
        "scenario": sorted({one.scenario for one in listed}),
        "verdict": sorted({one.verdict for one in listed}),
        "engine": sorted({one.engine for one in listed if one.engine}),
    }


def _compared(directory: Path, first: Path, second: Path) -> Compared:
    link = os.fspath((directory / PAGE_FILE).relative_to(run_directories.RUNS))
    return Compared(link, [(one.parent.name, run_directories.run_of(one)) for one in (first, second)])


def _cell(runs: Sequence[Entry]) -> Cell | None:
    if not runs:
        return None
    counts = {verdict: sum(one.verdict == verdict for one in runs) for verdict in (*record.EXIT_STATUS, UNFINISHED)}
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    finished = [one for one in runs if one.seconds is not None]
    alike = [one.seconds for one in finished if one.seconds and one.parameters == finished[-1].parameters]
    seconds = alike[-TREND:]
    return Cell(runs[-1], verdicts, seconds, trend(seconds))


def trend(seconds: Sequence[float]) -> Chart | None:
    """A line of how long each run took, newest on the right; None for fewer than two runs."""
    if len(seconds) < 2:
        return None
    high = max(seconds) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(seconds) - 1)
    points = [(EDGE + step * n, HEIGHT - EDGE - one / high * (HEIGHT - 2 * EDGE)) for n, one in enumerate(seconds)]
    return Chart(WIDTH, HEIGHT, [path(points, "line s0"), mark(*points[-1], 0)])
