"""The command that runs the whole catalog, or one topic of it: one line a scenario, one JUnit file, and --resume."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.commands import standard_streams
from scenarios.commands.command import say
from scenarios.commands.scenario import Options, connect
from scenarios.definition import catalog
from scenarios.definition.scenario import TOPICS, Scenario
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_PASS, Interrupted, LabError, Unavailable, UsageError
from scenarios.pipeline.batch import BatchOptions, run_batch
from scenarios.pipeline.preflight import prepare
from scenarios.report import junit
from scenarios.report.live_table import Screen
from scenarios.report.terminal import TerminalAudience, console
from scenarios.results import record, run_directories
from scenarios.results.record import Record
from scenarios.system.files import write_whole

FOLDER = ".series"


@dataclass(frozen=True)
class Selection:
    """Which scenarios to run: those of `topic` (None: all). `resume` leaves out those that the last batch finished."""

    topic: str | None = None
    resume: bool = False


class BatchState:
    """The finished runs of a batch, saved after each run so that --resume can continue."""

    def __init__(self, selection: Selection, engine: str, files: Mapping[str, str]) -> None:
        """`files` has catalog.digest of each scenario. This reads and writes nothing."""
        self.directory = run_directories.RUNS / FOLDER / f"{engine}-{selection.topic or 'all'}"
        self._file = self.directory / "series.json"
        self._files = files
        self.done: dict[str, dict[str, str]] = {}

    def read(self) -> list[Record]:
        """The records of the finished scenarios, without those of other files or code, or with damaged entries."""
        saved: Any = {}
        with suppress(OSError, ValueError):
            saved = json.loads(self._file.read_text(encoding="utf-8"))
        records: list[Record] = []
        for name, digest in self._files.items():
            with suppress(LabError, KeyError, TypeError):
                if saved[name]["file"] == digest:
                    records.append(record.load(Path(saved[name]["run"])))
                    self.done[name] = saved[name]
        return records

    def add(self, done: Record) -> None:
        """Saves a finished run. --resume repeats a run with the verdict `error`. Raises EvidenceError."""
        if done.run and done.verdict != "error":
            self.done[done.scenario] = {"run": done.run, "file": self._files[done.scenario]}
        with run_directories.writing("the state of the batch cannot be saved"):
            self.directory.mkdir(parents=True, exist_ok=True)
            write_whole(self._file, json.dumps(self.done, indent=1) + "\n")

    def junit(self, records: Sequence[Record]) -> Path:
        """Writes the JUnit file of all runs and returns its path; raises EvidenceError."""
        path = self.directory / junit.JUNIT_FILE
        with run_directories.writing("the JUnit file cannot be written"):
            self.directory.mkdir(parents=True, exist_ok=True)
            junit.write(records, path)
        return path


def run_all(selection: Selection, given: Mapping[str, str], options: Options) -> int:
    """Runs the scenarios and prints a line for each; returns the exit status of the worst verdict."""
    selected = _select(selection, given, options)
    scenarios = [one for one, _ in selected]
    engine = connect(options)
    state = BatchState(selection, engine.name, {one.name: digest for one, digest in selected})
    before = state.read() if selection.resume else []
    left = [one for one in scenarios if one.name not in state.done]
    try:
        records = before + _run(left, engine, state, options)
    except Interrupted:
        command = f"`{_command(selection, options)} --resume`"
        say(f"{len(state.done)} of {len(scenarios)} scenarios are done; continue with: {command}")
        raise
    path = state.junit(records)
    _show(records, path, options)
    return record.worst(records).exit_status if records else EXIT_PASS


def _command(selection: Selection, options: Options) -> str:
    flags = {"--topic": selection.topic, "--engine": options.engine}
    return " ".join(["./inv scenario --all", *(f"{flag} {value}" for flag, value in flags.items() if value)])


def _select(selection: Selection, given: Mapping[str, str], options: Options) -> list[tuple[Scenario, str]]:
    """The scenarios, each with its file's SHA-256; raises UsageError for an option that is for one scenario only."""
    options.check()
    single = {"a parameter": bool(given), "--keep": options.keep, "--repeat": options.repeat is not None}
    for flag, is_given in {**single, "--dry-run": options.dry_run}.items():
        if is_given:
            raise UsageError(f"{flag} is for one scenario; --all runs every scenario with its defaults")
    if selection.topic is not None and selection.topic not in TOPICS:
        raise UsageError(f"there is no topic {selection.topic!r}; there are: {', '.join(TOPICS)}")
    every = [(catalog.load(name), catalog.digest(name)) for name in catalog.names()]
    return [(one, digest) for one, digest in every if selection.topic in (None, one.topic)]


def _run(scenarios: Sequence[Scenario], engine: Engine, state: BatchState, options: Options) -> list[Record]:
    prepare_all(scenarios, engine, options)
    how = BatchOptions(engine.name, options.seconds)
    records: list[Record] = []
    with Screen(len(scenarios), options.as_json) as screen, closing(run_batch(scenarios, how, screen)) as finished:
        for one in finished:
            records.append(one)
            state.add(one)
            screen.ended(one, console())
            if standard_streams.stdout_is_closed():
                break
    return records


def prepare_all(scenarios: Sequence[Scenario], engine: Engine, options: Options) -> None:
    """Builds the images before the runs start, so that they do not wait for each other's builds."""
    audience = TerminalAudience(quiet=options.as_json)
    try:
        for one in scenarios:
            with suppress(Unavailable):  # its own run reports that
                prepare(one, engine, audience)
    finally:
        audience.close()


def _show(records: Sequence[Record], path: Path, options: Options) -> None:
    if options.as_json:
        counted = {v: sum(one.verdict == v for one in records) for v in record.EXIT_STATUS}
        runs = [json.loads(record.to_json(one)) for one in records]
        print(json.dumps({"counted": counted, "junit": str(path), "runs": runs}, indent=1))
        return
    print(f"{len(records)} scenarios: {record.counted(records) or 'none'}; JUnit: {path}")
