"""The content of a run's page, in words, tables and figures."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios import families
from scenarios.definition.scenario import Scenario
from scenarios.families.base import MISUNDERSTOOD, Family, pictures
from scenarios.judging.quantities import ANY
from scenarios.pictures import Bars, Picture
from scenarios.report import over_time, result_table
from scenarios.report.agreement import Row, agreement
from scenarios.report.charts import curves, figures
from scenarios.report.charts.figure import Figure, Looks
from scenarios.report.charts.topology import topology
from scenarios.report.excerpts import Excerpt, excerpts
from scenarios.results import run_directories
from scenarios.results.evidence import Evidence
from scenarios.results.record import Check, Record
from scenarios.results.sample import Sample

MIB = 1024**2
# The verdict of a run that was interrupted or is still under way.
UNFINISHED = "unfinished"
# The parameters that have a flag of their own.
FLAGS = {"clients", "nofile"}
# The names of sys.platform's values.
PLATFORMS = {"linux": "Linux", "win32": "Windows", "darwin": "macOS"}
# In a longer table, quantities without a predicted value stand apart.
LONG_TABLE = 30


@dataclass(frozen=True)
class Page:
    """The values of the template; what a run lacks is empty. The first of `pictures` is the headline.

    `opened` shows the table of predicted and measured values at once: some differ.
    """

    name: str
    verdict: str
    begun: str
    run: str
    engine: str
    record: Record | None
    scenario: Scenario | None
    platforms: str = ""
    problem: str = ""
    agreement: str = ""
    opened: bool = False
    rows: Sequence[Row] = ()
    only_measured: Sequence[Row] = ()
    relations: Sequence[Check] = ()
    pictures: Sequence[Figure] = ()
    over_time: Sequence[Figure] = ()
    sampling: Sequence[str] = ()
    command: str = ""
    parameters: Mapping[str, str] | None = None
    topology: Figure | None = None
    samples: Figure | None = None
    phases: Figure | None = None
    logs: Sequence[Excerpt] = ()


def page_of(directory: Path, kept: Record | None, evidence: Evidence | None, scenario: Scenario | None) -> Page:
    """The content of a run's page, from whatever the run left."""
    begun, run = run_directories.begun(directory)
    engine = evidence.engine if evidence else kept.engine if kept else ""
    values: dict[str, Any] = {"verdict": UNFINISHED, "engine": engine, "record": kept, "scenario": scenario}
    values |= _from_scenario(scenario, engine) if scenario else {}
    values |= _from_evidence(evidence, directory) if evidence else {}
    values |= _from_record(kept, scenario) if kept else {}
    drawn = _pictures(kept, scenario) if kept and scenario else []
    charts = list(over_time.charts(scenario, directory)) if scenario else []
    looks = figures.looks([*drawn, *charts])
    values["pictures"] = list(_figures(drawn, looks))
    values["over_time"] = [curves.over_time(one, looks) for one in charts]
    return Page(name=directory.parent.name, begun=begun, run=run, **values)


def _from_scenario(scenario: Scenario, engine: str) -> dict[str, Any]:
    settings = (
        f"--{name} {shlex.quote(str(value))}" if name in FLAGS else f"--set {shlex.quote(f'{name}={value}')}"
        for name, value in scenario.parameters.items()
        if name in scenario.given
    )
    return {
        "command": " ".join(["./inv scenario", scenario.name, *settings]),
        "parameters": {name: str(value) for name, value in scenario.parameters.items()},
        "topology": topology(scenario, engine),
    }


def _from_evidence(evidence: Evidence, directory: Path) -> dict[str, Any]:
    platforms = dict.fromkeys(PLATFORMS.get(one.platform, one.platform) for one in evidence.services.values())
    return {
        "engine": f"{evidence.engine} engine ({evidence.engine_version})",
        "platforms": " and ".join(platforms),
        "problem": evidence.problem or "",
        "samples": _samples(evidence),
        "sampling": [*_missed(evidence), *over_time.sampling_notes(evidence.scenario, directory)],
        "logs": excerpts(evidence, directory),
        "phases": _phases(evidence.seconds),
    }


def _from_record(kept: Record, scenario: Scenario | None) -> dict[str, Any]:
    values = {
        "verdict": kept.verdict,
        "problem": kept.problem or "",
        "parameters": {name: str(value) for name, value in kept.parameters.items()},
        "phases": _phases(kept.seconds),
    }
    return values | (_compared(kept, scenario) if scenario else {})


def _phases(seconds: Mapping[str, float]) -> Figure:
    phases = {name: value for name, value in seconds.items() if name != "total"}
    return figures.figure(Bars("How long each phase took", "s", phases))


def _compared(kept: Record, scenario: Scenario) -> dict[str, Any]:
    if families.current_name(scenario.family) is None:  # an older run may be of a family that is gone
        return {}
    family = families.find(scenario.family)
    values: dict[str, Any] = {}
    with suppress(*MISUNDERSTOOD):  # an older version of the family measured other things
        found = agreement(family.quantities, kept)
        values["agreement"], values["opened"] = found.words(), not found.is_whole
        rows = result_table.rows(family.quantities, kept.predicted or {}, kept.measured)
        values["rows"], values["only_measured"] = _split(list(rows))
        values["relations"] = list(_relations(kept, family))
    return values


def _split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """All rows; for a long table, then only the quantities without a predicted value."""
    groups: list[list[Row]] = []
    for row in rows:
        if not row[0].startswith("  "):
            groups.append([])
        groups[-1].append(row)
    kept: list[Row] = []
    others: list[Row] = []
    for group in groups:
        free = len(rows) > LONG_TABLE and len(group) > 1 and all(predicted == ANY for _, predicted, _ in group[1:])
        (others if free else kept).extend(group)
    return kept, others


def _relations(kept: Record, family: Family) -> Iterator[Check]:
    for text, difference in result_table.related(family.quantities, kept.relations, kept.measured):
        yield Check(text, "error" if kept.measured is None else "failed" if difference else "passed", difference or "")


def _pictures(kept: Record, scenario: Scenario) -> Sequence[Picture]:
    if families.current_name(scenario.family) is None or not kept.measured:
        return ()
    return pictures(families.find(scenario.family), scenario, kept.measured, kept.predicted or {})


def _figures(drawn: Sequence[Picture], looks: Looks) -> Iterator[Figure]:
    for picture in drawn:
        with suppress(*MISUNDERSTOOD):  # a program reported values that are not numbers
            yield figures.figure(picture, looks)


def _samples(evidence: Evidence) -> Figure | None:
    columns = ["service", "when", "descriptors", "limit", "in its epoll set", "processes", "threads", "memory", "CPU"]
    rows = [[one.name, sample.moment, *_cells(sample)] for one in evidence.services.values() for sample in one.samples]
    return Figure("Samples of /proc", "", columns, rows) if rows else None


def _cells(sample: Sample) -> list[str]:
    return [
        str(sample.descriptors),
        str(sample.nofile_soft),
        "-" if sample.watched is None else str(sample.watched),
        str(sample.processes),
        str(sample.threads),
        f"{sample.resident / MIB:.1f} MiB",
        f"{sample.all_cpu_seconds:.2f} s",
    ]


def _missed(evidence: Evidence) -> Iterator[str]:
    for one in evidence.services.values():
        for moment, reason in {**one.missed, **one.impossible}.items():
            yield f"{one.name} has no sample at {moment!r}: {reason}"
