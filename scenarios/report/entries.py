"""Entries of the board: one for each run and one for each sweep, with a summary of one line."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from scenarios.errors import EvidenceError
from scenarios.report import sweep as sweep_words
from scenarios.report import sweep_page
from scenarios.report.content import PLATFORMS, UNFINISHED
from scenarios.report.page import PAGE_FILE
from scenarios.results import record, run_directories
from scenarios.results.evidence import EVIDENCE_FILE
from scenarios.results.record import Record
from scenarios.results.sweep_record import Sweep
from scenarios.system.files import read_json


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A run, or a sweep with all its runs.

    `where` is its engine and platforms, `link` the address of its page, empty without a page. `run` is a run's id,
    empty for a sweep. `seconds` is None if the run did not finish. `parameters` have their values as text; those that a
    sweep varies have several, with commas between them.
    """

    scenario: str
    engine: str
    where: str
    verdict: str
    begun: str
    link: str
    parameters: Mapping[str, str]
    run: str = ""
    seconds: float | None = None
    about: str = ""

    @property
    def tokens(self) -> str:
        """The parameters for the board's filter, such as `clients=500 nofile=1024`."""
        return " ".join(f"{name}={one}" for name, value in self.parameters.items() for one in value.split(","))


def entries(runs: Sequence[Path], into: Path, most: int | None = None) -> list[Entry]:
    """The `most` newest of the runs that belong to no sweep and of the sweeps, newest first.

    `runs` are sorted, oldest first; links are relative to `into`.
    """
    sweeps = sweep_page.all_records()
    points = {Path(run).parts[-2:] for _, sweep in sweeps for run in _runs_of(sweep)}
    alone = (of_run(one, into) for one in reversed(runs) if one.parts[-2:] not in points)
    found = [*islice(alone, most), *(of_sweep(*one, into) for one in sweeps)]
    return sorted(found, key=lambda one: one.begun, reverse=True)[:most]


def _runs_of(sweep: Sweep) -> Iterable[str]:
    return [*sweep.earlier, *(one.run for one in sweep.points if one.run)]


def of_sweep(directory: Path, sweep: Sweep, into: Path) -> Entry:
    """A sweep's line; its parameters are those that it varies and those that it fixes."""
    return Entry(
        scenario=sweep.scenario,
        engine=sweep.engine,
        where=sweep.engine,
        verdict=sweep_page.verdict(sweep),
        begun=sweep.begun,
        link=_link(directory, into),
        parameters={**{name: ",".join(values) for name, values in sweep.swept.items()}, **sweep.fixed},
        about=f"sweep of {len(sweep.points)}: {sweep_words.counted(sweep) or 'no run yet'}; {sweep_page.swept(sweep)}",
    )


def of_run(directory: Path, into: Path) -> Entry:
    """A run's line; a run without a record is unfinished."""
    begun, run = run_directories.begun(directory)
    kept: Record | None = None
    with suppress(EvidenceError):
        kept = record.load(directory)
    engine, platforms = _machine(directory, kept)
    parameters = {name: str(value) for name, value in kept.parameters.items()} if kept else {}
    return Entry(
        scenario=directory.parent.name,
        engine=engine,
        where=", ".join(filter(None, [engine, platforms])) or "unknown",
        verdict=kept.verdict if kept else UNFINISHED,
        begun=begun,
        link=_link(directory, into),
        parameters=parameters,
        run=run,
        seconds=kept.seconds.get("run", kept.seconds["total"]) if kept and kept.measured is not None else None,
        about=", ".join(f"{name} {value}" for name, value in parameters.items()),
    )


def _link(directory: Path, into: Path) -> str:
    page = directory / PAGE_FILE
    return os.fspath(page.relative_to(into)) if os.access(page, os.R_OK) else ""


def _machine(directory: Path, kept: Record | None) -> tuple[str, str]:
    """The engine and the platforms of the services, read without the streams of the evidence."""
    data: object = None
    with suppress(OSError, ValueError):
        data = read_json(directory / EVIDENCE_FILE)
    engine = kept.engine if kept else _text_of(data, "engine")
    services = data.get("services") if isinstance(data, Mapping) else None
    names = [_text_of(one, "platform") for one in services.values()] if isinstance(services, Mapping) else []
    return engine, " and ".join(sorted({PLATFORMS.get(name, name) for name in names if name}))


def _text_of(data: object, key: str) -> str:
    """The text under a key; empty if there is none, since a damaged file may hold anything."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) else ""
