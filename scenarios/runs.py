"""The commands on runs: the catalog, what was run, what its services said, a shell inside, and taking down."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from scenarios import leftovers, rundirs, spec
from scenarios.engines import choose
from scenarios.engines.base import Leftover
from scenarios.errors import EXIT_PASS, EXIT_USAGE, LabError, UsageError
from scenarios.report.terminal import STYLES, console


def show_catalog() -> int:
    """Lists the scenarios; a file that is wrong is named in its place, and makes the exit status 2."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("scenario", "what happens", "what it teaches"):
        table.add_column(column, no_wrap=column == "scenario")
    wrong: list[LabError] = []
    for name in spec.names():
        try:
            one = spec.load(name)
            table.add_row(name, Text(one.summary), Text(one.teaches))
        except LabError as error:
            wrong.append(error)
            table.add_row(name, Text(str(error), STYLES["fail"]), "")
    console().print(table)
    return EXIT_USAGE if wrong else EXIT_PASS


def show_runs() -> int:
    """Lists the runs kept under runs/, oldest first, each with its verdict."""
    from scenarios import record

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("run", "scenario", "when", "verdict", "parameters"):
        table.add_column(column, no_wrap=column != "parameters")
    for directory in rundirs.everything():
        begun, run = rundirs.begun(directory)
        try:
            kept = record.load(directory)
            verdict, values = (
                Text(kept.verdict, STYLES[kept.verdict]),
                ", ".join(f"{k} {v}" for k, v in kept.parameters.items()),
            )
        except LabError:
            verdict, values = Text("not finished"), ""
        table.add_row(run, directory.parent.name, begun, verdict, Text(values))
    if not table.row_count:
        print("there are no runs yet; make one: ./inv scenario epoll-500")
        return EXIT_PASS
    console().print(table)
    return EXIT_PASS


def show_logs(run: str | None, service: str | None) -> int:
    """Prints what a run's services wrote, each line behind its service's name; raises UsageError for one that there is
    not.
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
            for stream, text in (("out", one.stdout), ("err", one.stderr)):
                for line in text.splitlines():
                    print(f"{name} {stream} | {line}")
            if one.logs == "truncated" and one.started:
                print(f"{name}     | (truncated: the stream broke before the end)")
    return EXIT_PASS


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


def take_down(engine_name: str | None) -> int:
    """Removes everything that this project left, on this engine or on all, kept runs too, and says what."""
    removed, in_use = list[Leftover](), set[str]()
    for engine in choose.reachable(engine_name):
        removed += leftovers.down(engine)
        under_way = {thing.run for thing in engine.leftovers()}
        in_use |= under_way
        for mark in rundirs.marks():
            if mark.engine == engine.name and mark.run not in under_way and not mark.owner.lives:
                rundirs.unmark(mark.run)
    for thing in removed:
        print(f"removed {thing.kind} {thing.name}")
    if in_use:
        print(f"left alone: {len(in_use)} run(s) under way: {', '.join(sorted(in_use))}")
    elif not removed:
        print("nothing was left")
    return EXIT_PASS
