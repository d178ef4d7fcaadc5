"""The page of a sweep: its curves with the fitted growth, where it breaks, and a row for each run."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scenarios.errors import EvidenceError
from scenarios.families.base import MISUNDERSTOOD
from scenarios.judging import failures
from scenarios.report import sweep as words
from scenarios.report.charts.figure import Figure
from scenarios.report.charts.figures import figure
from scenarios.report.charts.fits import Step, with_fits
from scenarios.report.content import UNFINISHED
from scenarios.report.page import PAGE_FILE
from scenarios.results import run_directories, sweep_record
from scenarios.results.sweep_record import CliffKept, PointKept, Sweep
from scenarios.system.files import write_whole
from scenarios.theory import growth_band

# A fitted curve is drawn through so many places.
PLACES = 40


@dataclass(frozen=True)
class Row:
    """A run of the sweep; `link` is the address of its page, empty if there is none."""

    cells: Sequence[str]
    verdict: str
    took: str
    error: str
    link: str


def write(directory: Path) -> Path:
    """Writes the page of the sweep in a directory and returns its file; raises EvidenceError."""
    path = directory / PAGE_FILE
    text_of = text(directory)
    with run_directories.writing("the page of the sweep cannot be written"):
        write_whole(path, text_of)
    return path


def text(directory: Path) -> str:
    """The page of the sweep in a directory; raises EvidenceError if it is missing or damaged."""
    sweep = sweep_record.load(directory)
    try:
        return _text(sweep, directory)
    except (*MISUNDERSTOOD, ArithmeticError, AttributeError) as error:  # even valid JSON may hold nonsense
        raise EvidenceError(f"the sweep in {directory} is damaged, so its page cannot be made: {error!r}") from error


def _text(sweep: Sweep, directory: Path) -> str:
    from scenarios.report.templating import render

    names = list(dict.fromkeys(name for one in sweep.points for name in words.values(one)))
    unit = sweep.measure.unit and f", {sweep.measure.unit}"
    return render(
        "sweep.html.j2",
        sweep=sweep,
        verdict=verdict(sweep),
        counted=words.counted(sweep),
        figure_of=_figure(sweep),
        growths=words.growths(sweep),
        cliffs=[words.cliff_in_words(one) for one in sweep.cliffs],
        columns=[*sweep.swept, *(f"{name or sweep.measure.key}{unit}" for name in names)],
        rows=[_row(one, sweep, names, directory) for one in sweep.points],
    )


def verdict(sweep: Sweep) -> str:
    """The worst verdict of its points."""
    found = {one.verdict for one in sweep.points}
    return next((one for one in ("fail", "error", "pass", "skip") if one in found), UNFINISHED)


def swept(sweep: Sweep) -> str:
    """The varied parameters in words, such as `clients 50 to 400 (6 values)`, and then the fixed ones."""
    return ", ".join([*(_range(name, values) for name, values in sweep.swept.items()),
                      *(f"{name} {value}" for name, value in sweep.fixed.items())])  # fmt: skip


def _range(name: str, values: Sequence[str]) -> str:
    if len(values) < 4:
        return f"{name} {', '.join(values)}"
    return f"{name} {values[0]} to {values[-1]} ({len(values)} values)"


def _row(point: PointKept, sweep: Sweep, names: Sequence[str], directory: Path) -> Row:
    measured = words.values(point)
    costs = (words.cell(measured.get(name)) for name in names)
    error = "" if point.predicted is None else failures.in_words(point.predicted)
    cells = [*(str(point.parameters[name]) for name in sweep.swept), *costs]
    return Row(cells, point.verdict, f"{point.seconds:.2f} s", error, _link(point.run, directory))


def _link(run: str | None, directory: Path) -> str:
    """The address of a run's page from the page of the sweep, wherever both were copied together."""
    if run is None:
        return ""
    page = Path(os.pardir, os.pardir, *Path(run).parts[-2:], PAGE_FILE)
    return os.fspath(page) if os.access(directory / page, os.R_OK) else ""


def _figure(sweep: Sweep) -> Figure:
    made = figure(words.picture(sweep))
    drawn = [one for one in sweep.curves if one.points]
    fits = {number: list(_fit(sweep, number)) for number in range(len(drawn))} if sweep.axis else {}
    steps = [Step(one.at or one.above, _after(one)) for one in sweep.cliffs]
    return with_fits(made, fits, steps if drawn else ())


def _after(cliff: CliffKept) -> str:
    error = failures.or_no_error(cliff.after)
    return f"{cliff.beside}: {error}" if cliff.beside else error


def _fit(sweep: Sweep, number: int) -> Iterator[tuple[float, float, float, float]]:
    """The fitted growth from the first to the last value that it was fitted to."""
    curve = [one for one in sweep.curves if one.points][number]
    told = {n: cost for n, cost in curve.points if n in curve.told_from}
    low, high = min(told, default=0.0), max(told, default=0.0)
    if 0 < low < high:
        places = [low * (high / low) ** (part / PLACES) for part in range(PLACES + 1)]
        yield from growth_band.band(told, curve.growth, places)


def all_records() -> list[tuple[Path, Sweep]]:
    """Every sweep that can be read, by its directory."""
    found = []
    for directory in sweep_record.everything():
        try:
            found.append((directory, sweep_record.load(directory)))
        except EvidenceError:
            continue
    return found
