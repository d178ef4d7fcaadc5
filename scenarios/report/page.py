"""The page of a run: report.html in its directory, drawn from its record and its evidence alone.

It is drawn at the end of each run, when its machines are gone, in the command's own process: that takes a hundredth of
a run of two seconds. In the background it would outlive the command, and whoever opened the page next would find none,
or half of one; on demand alone a run would have none when somebody looks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios import evidence as evidences
from scenarios import record, rundirs
from scenarios.errors import EvidenceError
from scenarios.families.base import MISUNDERSTOOD
from scenarios.files import write_whole
from scenarios.report.content import page_of

if TYPE_CHECKING:
    from scenarios.evidence import Evidence
    from scenarios.record import Record
    from scenarios.scenario import Scenario

PAGE_FILE = "report.html"


def write(directory: Path, kept: Record | None, evidence: Evidence | None, scenario: Scenario | None) -> Path:
    """Draws a run's page and returns where it is; raises EvidenceError when it cannot be written."""
    text = _text(directory, kept, evidence, scenario)
    path = directory / PAGE_FILE
    with rundirs.writing("the page cannot be written"):
        write_whole(path, text)
    return path


def _text(directory: Path, kept: Record | None, evidence: Evidence | None, scenario: Scenario | None) -> str:
    from scenarios.report.templating import rendered

    return rendered("run.html.j2", page=page_of(directory, kept, evidence, scenario))


def draw(directory: Path) -> Path:
    """Draws the page of an old run; raises EvidenceError when it left nothing that can be read."""
    with _understood(directory):
        return write(directory, *_left(directory))


def text(directory: Path) -> str:
    """The page of a run, without writing it; raises EvidenceError when it left nothing that can be read."""
    with _understood(directory):
        return _text(directory, *_left(directory))


@contextmanager
def _understood(directory: Path) -> Iterator[None]:
    """What was kept is of the right form, and may say what cannot be, such as of a scenario without its parameters."""
    try:
        yield
    except (*MISUNDERSTOOD, AttributeError) as error:
        raise EvidenceError(f"what was kept in {directory} cannot be drawn: {error!r}") from error


def _left(directory: Path) -> tuple[Record | None, Evidence | None, Scenario | None]:
    kept, evidence = None, None
    with suppress(EvidenceError):
        kept = record.load(directory)
    try:
        evidence = evidences.load(directory)
    except EvidenceError:
        if kept is None:
            raise
    return kept, evidence, evidence.scenario if evidence else None
