"""The commands on runs: runs, runs.clean, logs, shell and down."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from scenarios.commands import standard_streams
from scenarios.definition import catalog
from scenarios.definition.parameters import whole_number
from scenarios.engines import choose
from scenarios.engines.base import Leftover
from scenarios.errors import EXIT_PASS, EngineUnavailable, LabError, UsageError
from scenarios.pipeline import leftovers
from scenarios.report.excerpts import visible
from scenarios.report.terminal import STYLES, console, table
from scenarios.results import evidence, record, run_directories
from scenarios.results.sweep_record import remove_those_without_runs

WHEN = "when (UTC)"
NEWEST = 20  # `runs` lists this many without --all
LONGEST_PIECE = 64 * 1024  # characters: a longer line of a log is printed in several lines
LINES_AT_ONCE = 1000  # a log can have a gigabyte, so printing stops if the reader is gone


def show_runs(everything: bool = False, as_json: bool = False) -> int:
    """Lists the recorded runs with their verdicts, the newest first: `everything`, or only the newest."""
    directories = run_directories.newest()
    shown = [_about(one) for one in (directories if everything else directories[:NEWEST])]
    if as_json:
        print(json.dumps(shown, indent=1))
    elif not shown:
        print("there are no runs yet; make one: ./inv scenario epoll-500")
    else:
        _print_runs(shown, len(directories) - len(shown))
    return EXIT_PASS


def _about(directory: Path) -> dict[str, Any]:
    """A run in brief. Without a record its verdict and parameters are None."""
    begun, run = run_directories.begun(directory)
    about = {"run": run, "scenario": directory.parent.name, "begun": begun, "directory": str(directory)}
    try:
        kept = record.load(directory)
    except LabError:
        return {**about, "verdict": None, "parameters": None}
    return {**about, "verdict": kept.verdict, "parameters": kept.parameters}


def _print_runs(shown: Sequence[Mapping[str, Any]], more: int) -> None:
    listed = table("run", "scenario", WHEN, "verdict", "parameters", narrow=("run", "scenario", WHEN, "verdict"))
    for one in shown:
        verdict = Text(one["verdict"], STYLES[one["verdict"]]) if one["verdict"] else Text("not finished")
        values = ", ".join(f"{name} {value}" for name, value in (one["parameters"] or {}).items())
        listed.add_row(one["run"], one["scenario"], one["begun"], verdict, Text(values))
    console().print(listed)
    if more:
        print(f"and {more} older ones: list them with ./inv runs --all, remove them with ./inv runs.clean")


def clean(keep: str) -> int:
    """Removes all runs but the newest `keep`, and sweeps without runs. A run in progress is not removed."""
    try:
        newest = whole_number(keep)
    except ValueError:
        newest = -1
    if newest < 0:
        raise UsageError(f"--keep is {keep!r}: it must be a whole number of at least 0")
    old = run_directories.newest()[newest:]
    removed = run_directories.remove(*old)
    for directory in reversed(old):
        print(f"removed {directory}" if directory in removed else f"not removed, it is in progress: {directory}")
    for directory in remove_those_without_runs():
        print(f"removed {directory}: none of its runs is left")
    from scenarios.report import comparison_page  # the other commands on runs begin faster without it

    for directory in comparison_page.remove_those_without_runs():
        print(f"removed {directory}: a run of this comparison is gone")
    print(f"{len(removed)} removed, {len(run_directories.everything())} kept")
    return EXIT_PASS


def show_logs(run: str | None, service: str | None) -> int:
    """Prints the output of a run's services, with the service's name before each line.

    Raises UsageError if the run has no such service.
    """
    if service is None and run is not None and _is_service_of_latest(run):
        run, service = None, run
    directory = run_directories.find(run)
    kept = evidence.load(directory)
    if service is not None and service not in kept.services:
        raise UsageError(f"the run {directory.name} has no service {service!r}; it has: {', '.join(kept.services)}")
    for name, one in kept.services.items():
        if service in (None, name):
            _print_stream(f"{name} out", evidence.log_file(directory, name, "stdout"))
            _print_stream(f"{name} err", evidence.log_file(directory, name, "stderr"))
            if one.logs == "truncated" and one.started:
                print(f"{name}     | (truncated: {one.truncated or 'the stream broke before the end'})")
    return EXIT_PASS


def _print_stream(label: str, path: Path) -> None:
    """Prints line by line, and long lines in pieces: the output may be larger than the memory."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number in itertools.count():
            line = lines.readline(LONGEST_PIECE)
            if not line or (number % LINES_AT_ONCE == 0 and standard_streams.stdout_is_closed()):
                return
            print(f"{label} | {visible(line.rstrip())}")


def _is_service_of_latest(name: str) -> bool:
    """Whether NAME in `logs NAME` is a service of the latest run, and not a run."""
    return name not in catalog.names() and name in evidence.load(run_directories.find(None)).services


def open_shell(service: str, run: str | None, engine_name: str | None) -> int:
    """Opens a shell in a service of a kept run, by default of the latest one."""
    kept = [(engine, thing) for engine in choose.reachable(engine_name) for thing in engine.leftovers() if thing.kept]
    machines = [(engine, thing) for engine, thing in kept if thing.service]
    if not machines:
        raise UsageError("no run is kept; keep one: ./inv scenario epoll-500 --keep")
    matching = [(engine, thing) for engine, thing in machines if thing.service == service and run in (None, thing.run)]
    if not matching:
        there = ", ".join(sorted(f"{thing.run} {thing.service}" for _, thing in machines))
        run_text = f"the kept run {run} has no" if run else "no kept run has a"
        raise UsageError(f"{run_text} service {service!r}; there are: {there}")
    engine, newest = max(matching, key=lambda pair: _age(pair[1].run))
    return engine.execute_in(newest, ("sh",))


def _age(run: str) -> str:
    found = [path.name for path in run_directories.everything() if path.name.endswith(run)]
    return found[-1] if found else ""


def take_down(engine_name: str | None, run: str | None = None) -> int:
    """Removes everything that this project left, on this engine or on all, kept runs too, and says what.

    With `run`, removes only what belongs to that run, also when its owner lives. Raises EngineUnavailable after the
    removal if an engine could not be asked, UsageError if nothing is known of the run.
    """
    if run is not None:
        run_directories.require_name(run)
    engines, refusals = choose.asked(engine_name)
    removed, stays, in_use = list[Leftover](), list[Leftover](), set[str]()
    for engine in engines:
        removed += leftovers.down(engine, run) if run else leftovers.down(engine)
        noted, left = leftovers.not_removed(), engine.leftovers()
        stays += [thing for thing in left if thing.name in noted and run in (None, thing.run)]
        under_way = {thing.run for thing in left if thing.name not in noted}
        in_use |= under_way if run is None else under_way & {run}
        _unmark(engine.name, run, under_way)
    _tell_removed(removed, in_use, run)
    if refusals:
        raise EngineUnavailable("the lab could not look for leftovers: " + "; ".join(map(str, refusals)))
    if stays and not removed:
        print(f"nothing was left that can be removed; ./inv doctor says why {len(stays)} cannot")
    elif not (in_use or removed):
        _tell_nothing(run)
    return EXIT_PASS


def _unmark(engine: str, run: str | None, under_way: set[str]) -> None:
    """Removes the marks of this engine's runs that have ended, or of `run`, and of which nothing is left there."""
    for mark in run_directories.marks():
        if mark.engine == engine and mark.run not in under_way and (mark.run == run or not mark.owner.lives):
            run_directories.unmark(mark.run)


def _tell_removed(removed: Sequence[Leftover], in_use: set[str], run: str | None) -> None:
    for thing in removed:
        print(f"removed {thing.kind} {thing.name}")
    if in_use:
        print(f"left alone: {len(in_use)} run(s) under way: {', '.join(sorted(in_use))}")
        if run is None:
            print("./inv down --run ID removes one of them all the same")


def _tell_nothing(run: str | None) -> None:
    if run and run not in map(run_directories.run_of, run_directories.everything()):
        raise UsageError(f"there is no run {run!r}; ./inv runs lists the runs")
    print(f"nothing was left of the run {run}" if run else "nothing was left")
