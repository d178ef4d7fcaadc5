"""What the page of a run shows: everything that is known of it, in words, tables and figures."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios import families, rundirs
from scenarios.families.base import MISUNDERSTOOD, Family, pictures
from scenarios.pictures import Bars
from scenarios.quantities import ANY
from scenarios.report import comparison, over_time
from scenarios.report.charts.figures import figure
from scenarios.report.charts.shapes import Figure
from scenarios.report.charts.topology import topology
from scenarios.report.excerpts import Excerpt, excerpts, visible

if TYPE_CHECKING:
    from scenarios.evidence import Evidence, Sample
    from scenarios.record import Record
    from scenarios.scenario import Scenario

MIB = 1024**2
MARKS = {"passed": "ok", "failed": "fails", "error": "unknown", "skipped": "skipped"}
# A run that was interrupted, or is still under way.
UNFINISHED = "unfinished"
# Where a parameter has a flag of its own.
FLAGS = {"clients", "nofile"}
# What sys.platform is called.
PLATFORMS = {"linux": "Linux", "win32": "Windows", "darwin": "macOS"}
# A log so short is shown at once; a longer one when it is asked for.
SHORT_LOG = 3000
# In a table longer than this, what was only measured stands apart.
LONG_TABLE = 30


# Of a quantity what was predicted and measured; the name of a part begins with two spaces.
Row = tuple[str, str, str]


@dataclass(frozen=True)
class Line:
    """Something that holds or does not: `result` as of a check."""

    result: str
    text: str
    message: str = ""

    @property
    def mark(self) -> str:
        """The result in a word."""
        return MARKS[self.result]


@dataclass(frozen=True)
class Log:
    """A stream of a service, sizes in words."""

    service: str
    stream: str
    file: str
    size: str
    head: str
    tail: str
    left_out: str
    open: bool


@dataclass(frozen=True)
class Page:
    """What the template shows of a run; what a run lacks is empty."""

    name: str
    verdict: str
    begun: str
    run: str
    engine: str
    summary: str = ""
    teaches: str = ""
    platforms: str = ""
    total: str = ""
    problem: str = ""
    reason: str = ""
    rows: Sequence[Row] = ()
    only_measured: Sequence[Row] = ()
    relations: Sequence[Line] = ()
    pictures: Sequence[Figure] = ()
    courses: Sequence[Figure] = ()
    not_seen: Sequence[str] = ()
    checks: Sequence[Line] = ()
    command: str = ""
    parameters: Mapping[str, str] | None = None
    topology: Figure | None = None
    looks: Figure | None = None
    phases: Figure | None = None
    logs: Sequence[Log] = ()
    next_commands: Sequence[str] = ()


def page_of(directory: Path, kept: Record | None, evidence: Evidence | None, scenario: Scenario | None) -> Page:
    """Everything that is known of a run."""
    begun, run = rundirs.begun(directory)
    engine = evidence.engine if evidence else kept.engine if kept else ""
    known: dict[str, Any] = {"verdict": UNFINISHED, "engine": engine}
    known |= _of_scenario(scenario, engine) if scenario else {}
    known |= _of_evidence(evidence, directory) if evidence else {}
    known |= _of_record(kept, scenario) if kept else {}
    return Page(name=directory.parent.name, begun=begun, run=run, **known)


def _of_scenario(scenario: Scenario, engine: str) -> dict[str, Any]:
    """What was to be carried out."""
    settings = (
        f"--{name} {shlex.quote(str(value))}" if name in FLAGS else f"--set {shlex.quote(f'{name}={value}')}"
        for name, value in scenario.parameters.items()
        if name in scenario.given
    )
    return {
        "summary": scenario.summary,
        "teaches": scenario.teaches,
        "command": " ".join(["./inv scenario", scenario.name, *settings]),
        "parameters": {name: str(value) for name, value in scenario.parameters.items()},
        "topology": topology(scenario, engine),
        "next_commands": scenario.next_commands,
    }


def _of_evidence(evidence: Evidence, directory: Path) -> dict[str, Any]:
    """What the run left."""
    used = dict.fromkeys(PLATFORMS.get(one.platform, one.platform) for one in evidence.services.values())
    return {
        "engine": f"{evidence.engine} engine ({evidence.engine_version})",
        "platforms": " and ".join(used),
        "problem": evidence.problem or "",
        "looks": _looks(evidence),
        "not_seen": [*_not_seen(evidence), *over_time.told(evidence.scenario, directory)],
        "courses": list(over_time.figures(evidence.scenario, directory)),
        "logs": [_log(one) for one in excerpts(evidence, directory)],
        "phases": figure(Bars("How long each phase took", "s", evidence.seconds)),
    }


def _of_record(kept: Record, scenario: Scenario | None) -> dict[str, Any]:
    """What came of it."""
    found: dict[str, Any] = {
        "verdict": kept.verdict,
        "problem": visible(kept.problem or ""),
        "reason": kept.reason,
        "checks": [Line(one.result, one.name, visible(one.message)) for one in kept.checks],
        "total": f"{kept.seconds['total']:.2f}\N{NO-BREAK SPACE}s",
        "parameters": {name: str(value) for name, value in kept.parameters.items()},
        "phases": figure(
            Bars("How long each phase took", "s", {name: s for name, s in kept.seconds.items() if name != "total"})
        ),
    }
    return {**found, **(_compared(kept, scenario) if scenario else {})}


def _compared(kept: Record, scenario: Scenario) -> dict[str, Any]:
    """Theory beside what happened, and what there is to see of it."""
    if scenario.family not in families.names():  # of another version, or of a folder of one's own
        return {}
    family = families.find(scenario.family)
    found: dict[str, Any] = {}
    with suppress(*MISUNDERSTOOD):  # numbers of an older version's family
        compared = comparison.rows(family.quantities, kept.predicted or {}, kept.measured)
        rows = [(visible(what), visible(foreseen), visible(came)) for what, foreseen, came in compared]
        found["rows"], found["only_measured"] = _apart(rows)
        found["relations"] = list(_relations(kept, family))
    return {**found, "pictures": list(_figures(kept, family, scenario))}


def _apart(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of a table, and of a long one those quantities of which no part has a number that was foreseen."""
    groups: list[list[Row]] = []
    for row in rows:
        if row[0].startswith("  ") and groups:
            groups[-1].append(row)
        else:
            groups.append([row])
    kept: list[Row] = []
    others: list[Row] = []
    for group in groups:
        free = len(rows) > LONG_TABLE and len(group) > 1 and all(predicted == ANY for _, predicted, _ in group[1:])
        (others if free else kept).extend(group)
    return kept, others


def _relations(kept: Record, family: Family) -> Iterator[Line]:
    for one in comparison.related(family.quantities, kept.relations, kept.measured):
        result = "error" if kept.measured is None else "failed" if one.difference else "passed"
        yield Line(result, f"{one.quantity}: {one.words}", one.difference or "")


def _figures(kept: Record, family: Family, scenario: Scenario) -> Iterator[Figure]:
    for picture in pictures(family, scenario, kept.measured) if kept.measured else ():
        with suppress(*MISUNDERSTOOD):  # numbers of a program that are none
            yield figure(picture)


def _looks(evidence: Evidence) -> Figure | None:
    """What the lab saw from outside, and when."""
    columns = ["service", "when", "descriptors", "limit", "in its epoll set", "processes", "threads", "memory", "CPU"]
    rows = [[one.name, sample.moment, *_seen(sample)] for one in evidence.services.values() for sample in one.samples]
    return Figure("What the lab saw from outside", "", [], columns, rows) if rows else None


def _seen(sample: Sample) -> list[str]:
    return [
        str(sample.descriptors),
        str(sample.nofile_soft),
        "-" if sample.watched is None else str(sample.watched),
        str(sample.processes),
        str(sample.threads),
        f"{sample.resident / MIB:.1f} MiB",
        f"{sample.all_cpu_seconds:.2f} s",
    ]


def _not_seen(evidence: Evidence) -> Iterator[str]:
    for one in evidence.services.values():
        for moment, reason in {**one.missed, **one.impossible}.items():
            yield f"{one.name} was not looked at when {moment}: {reason}"


def _log(one: Excerpt) -> Log:
    left_out = f"{one.left_out:,} bytes" if one.left_out else ""
    short = one.size < SHORT_LOG
    return Log(one.service, one.stream, one.file, f"{one.size:,} bytes", one.head, one.tail, left_out, short)
