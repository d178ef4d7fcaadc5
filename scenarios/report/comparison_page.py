"""The page of a comparison: two runs over one another."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import EvidenceError, LabError
from scenarios.families.base import MISUNDERSTOOD
from scenarios.families.base import pictures as pictures_of
from scenarios.judging.comparison import Comparison, Run, compared
from scenarios.pictures import Picture, TimeChart
from scenarios.report import over_time, overlay, side_by_side
from scenarios.report.charts import curves
from scenarios.report.charts.figure import Figure, Looks
from scenarios.report.charts.figures import figure
from scenarios.report.charts.figures import looks as looks_in
from scenarios.report.overlay import Labels
from scenarios.report.page import PAGE_FILE
from scenarios.results import evidence, record, run_directories
from scenarios.system.files import write_whole

FOLDER = ".comparisons"
# More parameters than these make no label.
MOST_NAMED = 2


@dataclass(frozen=True)
class Side:
    """One of the two: `link` is the address of its page from the comparison's, empty if there is none."""

    label: str
    run: str
    verdict: str
    link: str


def load(directory: Path) -> Run:
    """A run to compare; raises EvidenceError if it is not finished or damaged."""
    kept, its_evidence = record.load(directory), None
    with suppress(EvidenceError):  # the run ended before it had any
        its_evidence = evidence.load(directory)
    family = its_evidence.scenario.family if its_evidence else _family(kept.scenario)
    return Run(kept, its_evidence, families.current_name(family) if family else None)


def _family(scenario: str) -> str | None:
    """The family of the scenario in today's catalog; None if the scenario is gone."""
    with suppress(LabError):
        return catalog.load(scenario).family
    return None


def compare(first: Path, second: Path) -> Comparison:
    """The comparison of the runs in two directories; raises EvidenceError."""
    with comparing():
        return compared(load(first), load(second))


@contextmanager
def comparing() -> Iterator[None]:
    """Raises EvidenceError if a value in a run's files has another type: the file is damaged."""
    try:
        yield
    except (*MISUNDERSTOOD, AttributeError) as error:
        raise EvidenceError(f"these runs cannot be compared, a file of one is damaged: {error!r}") from error


def directory_of(first: Path, second: Path) -> Path:
    """Where the page of this comparison is written."""
    return run_directories.RUNS / FOLDER / f"{run_directories.run_of(first)}-{run_directories.run_of(second)}"


def write(first: Path, second: Path) -> Path:
    """Writes the page and returns its file; raises EvidenceError."""
    made = text(first, second)
    directory = directory_of(first, second)
    with run_directories.writing("the page of the comparison cannot be written"):
        directory.mkdir(parents=True, exist_ok=True)
        write_whole(directory / PAGE_FILE, made)
    return directory / PAGE_FILE


def text(first: Path, second: Path) -> str:
    """The page; raises EvidenceError if a run is not finished or damaged."""
    with comparing():
        return _text(first, second)


def _text(first: Path, second: Path) -> str:
    from scenarios.report.templating import render

    runs = load(first), load(second)
    comparison = compared(*runs)
    labels = labels_of(comparison)
    both = zip((first, second), runs, labels, strict=True)
    pictures = _pictures(runs, labels)
    charts = list(overlay.time_charts(_charts(first, runs[0]), _charts(second, runs[1]), labels))
    looks = looks_in([*pictures, *charts])
    return render(
        "comparison.html.j2",
        comparison=comparison,
        sides=[_side(directory, run, label) for directory, run, label in both],
        heads=list(side_by_side.heads(comparison)),
        columns=side_by_side.QUANTITIES,
        quantities=[] if comparison.note else list(side_by_side.quantities(comparison)),
        pictures=list(_figures(pictures, looks)),
        over_time=list(_figures(charts, looks)),
        checks=side_by_side.checks(comparison),
        costs={title: list(side_by_side.numbers(pairs)) for title, pairs in side_by_side.costs(comparison).items()},
    )


def labels_of(comparison: Comparison) -> Labels:
    """The shortest names that tell the two runs apart."""
    if comparison.scenario[0] != comparison.scenario[1]:
        return comparison.scenario[0], comparison.scenario[1]
    differing = comparison.parameters
    if 0 < len(differing) <= MOST_NAMED:
        one, other = (", ".join(_named(name, pair[side]) for name, pair in differing.items()) for side in (0, 1))
        return one, other
    if not differing and comparison.engine[0] != comparison.engine[1]:
        return comparison.engine[0], comparison.engine[1]
    return "first", "second"


def _named(parameter: str, value: object) -> str:
    """A word says by itself what it is, such as `poll`; a number does not."""
    return value if isinstance(value, str) and value[:1].isalpha() else f"{parameter} {value}"


def _side(directory: Path, run: Run, label: str) -> Side:
    page = Path(os.pardir, os.pardir, directory.parent.name, directory.name, PAGE_FILE)
    known = directory.parent.parent == run_directories.RUNS and os.access(directory / PAGE_FILE, os.R_OK)
    return Side(label, run_directories.run_of(directory), run.record.verdict, os.fspath(page) if known else "")


def _pictures(runs: tuple[Run, Run], labels: Labels) -> list[Picture]:
    if not runs[0].family or runs[0].family != runs[1].family:
        return []
    return list(overlay.pictures(_drawn(runs[0]), _drawn(runs[1]), labels))


def _drawn(run: Run) -> Sequence[Picture]:
    if run.evidence is None or not run.record.measured or not run.family:
        return ()
    kept = run.record
    return pictures_of(families.find(run.family), run.evidence.scenario, kept.measured or {}, kept.predicted or {})


def _figures(pictures: Sequence[Picture | TimeChart], looks: Looks) -> Iterator[Figure]:
    for one in pictures:
        with suppress(*MISUNDERSTOOD):  # a program reported values that are not numbers
            yield curves.over_time(one, looks) if isinstance(one, TimeChart) else figure(one, looks)


def _charts(directory: Path, run: Run) -> list[TimeChart]:
    return over_time.charts(run.evidence.scenario, directory) if run.evidence else []


def everything() -> list[tuple[Path, Path, Path]]:
    """(directory, first run, second run) of each page that was written and whose runs are still there, sorted."""
    known = {run_directories.run_of(path): path for path in run_directories.everything()}
    found = []
    for page in sorted((run_directories.RUNS / FOLDER).glob(f"*/{PAGE_FILE}")):
        first, _, second = page.parent.name.partition("-")
        if first in known and second in known:
            found.append((page.parent, known[first], known[second]))
    return found


def remove_those_without_runs() -> list[Path]:
    """Removes the pages of which a run is gone; returns their directories. Raises EvidenceError."""
    kept = {directory for directory, _, _ in everything()}
    folder = run_directories.RUNS / FOLDER
    removed = [one for one in sorted(folder.glob("*")) if one.is_dir() and not one.is_symlink() and one not in kept]
    for directory in removed:
        with run_directories.writing("the page of a comparison cannot be removed"):
            shutil.rmtree(directory)
    return removed
