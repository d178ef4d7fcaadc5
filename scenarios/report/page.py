"""The page of a run: report.html in its directory, made from its record and its evidence.

Every run writes its page at the end, in the command's own process: in the background it would outlive the command, and
the page might be half written when the user opens it. Drawing takes a hundredth of a run of two seconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scenarios.definition.scenario import Scenario
from scenarios.errors import EvidenceError
from scenarios.families.base import MISUNDERSTOOD
from scenarios.report.content import page_of
from scenarios.results import evidence as evidences
from scenarios.results import record, run_directories
from scenarios.results.evidence import Evidence
from scenarios.results.record import Record
from scenarios.system.files import write_whole

PAGE_FILE = "report.html"


def write(directory: Path, kept: Record | None, evidence: Evidence | None, scenario: Scenario | None) -> Path:
    """Writes a run's page and returns its file; raises EvidenceError."""
    text = _text(directory, kept, evidence, scenario)
    path = directory / PAGE_FILE
    with run_directories.writing("the page cannot be written"):
        write_whole(path, text)
    return path


def _text(directory: Path, kept: Record | None, evidence: Evidence | None, scenario: Scenario | None) -> str:
    from scenarios.report.templating import render

    return render("run.html.j2", page=page_of(directory, kept, evidence, scenario))


def draw(directory: Path) -> Path:
    """Writes the page of an old run; raises EvidenceError if neither its record nor its evidence can be read."""
    with _explained(directory):
        return write(directory, *_load(directory))


def text(directory: Path) -> str:
    """The page of a run, without writing it; raises as `draw`."""
    with _explained(directory):
        return _text(directory, *_load(directory))


@contextmanager
def _explained(directory: Path) -> Iterator[None]:
    """Even valid files may hold nonsense, such as a scenario without its parameters."""
    try:
        yield
    except (*MISUNDERSTOOD, AttributeError) as error:
        raise EvidenceError(f"the run in {directory} is damaged, so its page cannot be made: {error!r}") from error


def _load(directory: Path) -> tuple[Record | None, Evidence | None, Scenario | None]:
    kept, evidence = None, None
    with suppress(EvidenceError):
        kept = record.load(directory)
    try:
        evidence = evidences.load(directory)
    except EvidenceError:
        if kept is None:
            raise
    return kept, evidence, evidence.scenario if evidence else None
