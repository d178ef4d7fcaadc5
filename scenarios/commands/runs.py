"""The commands on runs: what was run, what its services said, a shell inside, taking down, and clearing away."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from scenarios import leftovers, rundirs, spec
from scenarios.commands import streams
from scenarios.engines import choose
from scenarios.engines.base import Leftover
from scenarios.errors import EXIT_PASS, EngineUnavailable, LabError, UsageError
from scenarios.parameters import whole_number
from scenarios.report.terminal import STYLES, console, table
from scenarios.sweeps.kept import remove_those_without_runs

WHEN = "when (UTC)"
NEWEST = 20  # runs that are listed, and kept by runs.clean, unless more are asked for
LONGEST_PIECE = 64 * 1024  # characters of a line that are printed at once
LINES_AT_ONCE = 1000  # of a log that may be a gigabyte, before looking whether anybody still reads


def show_runs(everything: bool = False, as_json: bool = False) -> int:
    """Lists the runs that were kept, the newest first, each with its verdict; the newest only, unless `everything`."""
    directories = rundirs.newest()
    shown = [_about(one) for one in (directories if everything else directories[:NEWEST])]
    if as_json:
        print(json.dumps(shown, indent=1))
    elif not shown:
        print("there are no runs yet; make one: ./inv scenario epoll-500")
    else:
        _print_runs(shown, len(directories) - len(shown))
    return EXIT_PASS


def _about(directory: Path) -> dict[str, Any]:
    """A run in short; its verdict and parameters are None while there is no record."""
    from scenarios import record

    begun, run = rundirs.begun(directory)
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
        print(f"and {more} older: ./inv runs --all lists them, ./inv runs.clean removes them")


def clean(keep: str) -> int:
    """Removes all runs but the newest `keep`, and the sweeps of which none is left, and says which.

    A run that is under way stays.
    """
    try:
        newest = whole_number(keep)
    except ValueError:
        newest = -1
    if newest < 0:
        raise UsageError(f"--keep is {keep!r}: it must be a whole number of at least 0")
    old = rundirs.newest()[newest:]
    removed = rundirs.remove(*old)
    for directory in reversed(old):
        print(f"removed {directory}" if directory in removed else f"left alone, it is under way: {directory}")
    for directory in remove_those_without_runs():
        print(f"removed {directory}, a sweep without runs")
    print(f"{len(removed)} removed, {len(rundirs.everything())} kept")
    return EXIT_PASS


def show_logs(run: str | None, service: str | None) -> int:
    """Prints what a run's services wrote, each line behind its service's name.

    Raises UsageError for a service that there is not.
    """
    from scenarios import evidence

    if service is None and run is not None and _is_service_of_latest(run):
        run, service = None, run
    directory = rundirs.find(run)
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
    """Line by line, and long ones in pieces: a program may have printed more than there is memory."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number in itertools.count():
            line = lines.readline(LONGEST_PIECE)
            if not line or (number % LINES_AT_ONCE == 0 and streams.reader_has_left()):
                return
            print(f"{label} | {line.rstrip()}")


def _is_service_of_latest(name: str) -> bool:
    """Whether `logs NAME` means a service of the latest run rather than a run."""
    from scenarios import evidence

    return name not in spec.names() and name in evidence.load(rundirs.find(None)).services


def open_shell(service: str, run: str | None, engine_name: str | None) -> int:
    """A shell in a service of a kept run, by default the latest such run."""
    kept = [(engine, thing) for engine in choose.reachable(engine_name) for thing in engine.leftovers() if thing.kept]
    machines = [(engine, thing) for engine, thing in kept if thing.service]
    if not machines:
        raise UsageError("no run is kept; keep one: ./inv scenario epoll-500 --keep")
    matching = [(engine, thing) for engine, thing in machines if thing.service == service and run in (None, thing.run)]
    if not matching:
        there = ", ".join(sorted(f"{thing.run} {thing.service}" for _, thing in machines))
        raise UsageError(f"no kept run {run or ''} has a service {service!r}; there are: {there}")
    engine, newest = max(matching, key=lambda pair: _age(pair[1].run))
    return engine.execute_in(newest, ("sh",))


def _age(run: str) -> str:
    found = [path.name for path in rundirs.everything() if path.name.endswith(run)]
    return found[-1] if found else ""


def take_down(engine_name: str | None, run: str | None = None) -> int:
    """Removes everything that this project left, on this engine or on all, kept runs too, and says what.

    With `run` only what belongs to that run, also when its owner lives. 3 when an engine could not be asked.
    """
    if run is not None:
        rundirs.named(run)
    engines, refusals = choose.asked(engine_name)
    removed, in_use = list[Leftover](), set[str]()
    for engine in engines:
        removed += leftovers.down(engine, run) if run else leftovers.down(engine)
        under_way = {thing.run for thing in engine.leftovers()}
        in_use |= under_way if run is None else under_way & {run}
        for mark in rundirs.marks():
            if mark.engine == engine.name and mark.run not in under_way and (mark.run == run or not mark.owner.lives):
                rundirs.unmark(mark.run)
    for thing in removed:
        print(f"removed {thing.kind} {thing.name}")
    if in_use:
        print(f"left alone: {len(in_use)} run(s) under way: {', '.join(sorted(in_use))}")
        if run is None:
            print("./inv down --run ID removes one of them all the same")
    if refusals:
        raise EngineUnavailable("what is left there is not known: " + "; ".join(map(str, refusals)))
    if not (in_use or removed):
        print(f"nothing was left of the run {run}" if run else "nothing was left")
    return EXIT_PASS
