"""The command that runs the whole catalog, or one topic of it: a line each, one JUnit file, and where to go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios import places, record, rundirs, spec
from scenarios.commands import streams
from scenarios.commands.command import say
from scenarios.commands.scenario import Options, connect
from scenarios.errors import EXIT_PASS, Interrupted, LabError, Unavailable, UsageError
from scenarios.files import write_whole
from scenarios.report.live import Screen
from scenarios.report.terminal import TerminalAudience, console
from scenarios.scenario import TOPICS, Scenario

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.engines.base import Engine
    from scenarios.record import Record

FOLDER = ".series"


@dataclass(frozen=True)
class Choice:
    """Which scenarios: those of `topic` (None: all); with `resume` without those that an earlier series ended."""

    topic: str | None = None
    resume: bool = False


class Series:
    """Where a series of runs is noted while it goes on, in the directory of all runs."""

    def __init__(self, choice: Choice, engine: str, files: Mapping[str, str]) -> None:
        """Nothing is read or written yet; `files` are the digests of the catalog's files as they were read."""
        self.directory = rundirs.RUNS / FOLDER / f"{engine}-{choice.topic or 'all'}"
        self._file = self.directory / "series.json"
        self._files = files
        self.done: dict[str, dict[str, str]] = {}

    def read(self) -> list[Record]:
        """The records of those scenarios that ended before, from a file that is still as it was.

        What was noted and cannot be understood is run again.
        """
        noted: Any = {}
        with suppress(OSError, ValueError):
            noted = json.loads(self._file.read_text(encoding="utf-8"))
        found: list[Record] = []
        for name, digest in self._files.items():
            with suppress(LabError, KeyError, TypeError):
                if noted[name]["file"] == digest:
                    found.append(record.load(Path(noted[name]["run"])))
                    self.done[name] = noted[name]
        return found

    def note(self, done: Record) -> None:
        """Notes one that has ended, in one step; one of which the lab could not tell is run again.

        Raises EvidenceError.
        """
        if done.run and done.verdict != "error":
            self.done[done.scenario] = {"run": done.run, "file": self._files[done.scenario]}
        with rundirs.writing("what was run cannot be noted"):
            self.directory.mkdir(parents=True, exist_ok=True)
            write_whole(self._file, json.dumps(self.done, indent=1) + "\n")

    def junit(self, records: Sequence[Record]) -> Path:
        """Writes the JUnit file of all and returns where it is; raises EvidenceError."""
        from scenarios.report import junit

        path = self.directory / junit.JUNIT_FILE
        with rundirs.writing("the JUnit file cannot be written"):
            self.directory.mkdir(parents=True, exist_ok=True)
            junit.write(records, path)
        return path


def _digest(name: str) -> str:
    return hashlib.sha256((places.CATALOG / f"{name}.yaml").read_bytes()).hexdigest()


def run_all(choice: Choice, given: Mapping[str, str], options: Options) -> int:
    """Runs the scenarios and shows a line for each; the worst verdict gives the exit status."""
    chosen = _chosen(choice, given, options)
    scenarios = [one for one, _ in chosen]
    engine = connect(options)
    series = Series(choice, engine.name, {one.name: digest for one, digest in chosen})
    before = series.read() if choice.resume else []
    left = [one for one in scenarios if one.name not in series.done]
    try:
        records = before + _run(left, engine, series, options)
    except Interrupted:
        resume = f"`{_command(choice, options)} --resume` goes on with the others"
        say(f"{len(series.done)} of {len(scenarios)} are done; {resume}")
        raise
    path = series.junit(records)
    _show(records, path, options)
    return record.worst(records).exit_status if records else EXIT_PASS


def _command(choice: Choice, options: Options) -> str:
    """How it was asked for."""
    flags = {"--topic": choice.topic, "--engine": options.engine}
    return " ".join(["./inv scenario --all", *(f"{flag} {value}" for flag, value in flags.items() if value)])


def _chosen(choice: Choice, given: Mapping[str, str], options: Options) -> list[tuple[Scenario, str]]:
    """The scenarios that are meant, each with its file's digest; raises UsageError for what makes no sense for many."""
    options.check()
    alien = {"a parameter": bool(given), "--keep": options.keep, "--repeat": options.repeat is not None}
    for flag, is_given in {**alien, "--dry-run": options.dry_run}.items():
        if is_given:
            raise UsageError(f"{flag} is for one scenario; --all runs each of the catalog as it stands there")
    if choice.topic is not None and choice.topic not in TOPICS:
        raise UsageError(f"there is no topic {choice.topic!r}; there are: {', '.join(TOPICS)}")
    every = [(spec.load(name), _digest(name)) for name in spec.names()]
    return [(one, digest) for one, digest in every if choice.topic in (None, one.topic)]


def _run(scenarios: Sequence[Scenario], engine: Engine, series: Series, options: Options) -> list[Record]:
    from scenarios.series import How, carried_out

    prepare_all(scenarios, engine, options)
    how = How(engine.name, options.seconds)
    records: list[Record] = []
    with Screen(len(scenarios), options.as_json) as screen, closing(carried_out(scenarios, how, screen)) as ended:
        for one in ended:
            records.append(one)
            series.note(one)
            screen.ended(one, console())
            if streams.reader_has_left():
                break
    return records


def prepare_all(scenarios: Sequence[Scenario], engine: Engine, options: Options) -> None:
    """Builds the images once, before many runs want them; imports once what all of them need."""
    # So that the processes of the runs need not.
    from scenarios import checks, experiment  # noqa: F401
    from scenarios.preparation import prepare
    from scenarios.report import page, templating  # noqa: F401

    audience = TerminalAudience(quiet=options.as_json)
    try:
        for one in scenarios:
            with suppress(Unavailable):  # whose run says so
                prepare(one, engine, audience)
    finally:
        audience.close()


def _show(records: Sequence[Record], path: Path, options: Options) -> None:
    counted = {v: sum(one.verdict == v for one in records) for v in record.EXIT_STATUS}
    if options.as_json:
        told: dict[str, Any] = {"counted": counted, "junit": str(path)}
        print(json.dumps({**told, "runs": [json.loads(record.to_json(one)) for one in records]}, indent=1))
        return
    told_counts = ", ".join(f"{count} {verdict}" for verdict, count in counted.items() if count)
    print(f"{len(records)} scenarios: {told_counts or 'none'}; JUnit: {path}")
