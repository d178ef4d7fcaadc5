"""lab, lab.status and lab.report: the course as a map, and the progress of one learner or of many."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from labs import course, output, progress
from labs.progress import Progress
from scenarios.commands.command import say
from scenarios.errors import EXIT_ERROR, EXIT_PASS, LabFailure, UsageError
from scenarios.report.terminal import table

STYLES = {"done": "green", "begun": "yellow", "new": ""}
# A state or a column, as the terminal shows it.
WORDS = {"begun": "started", "new": ""}
COLUMNS = ("exercise", "state", "attempts", "hints", "predictions", "begun", "passed")
TIMES = ("begun", "passed")


def show_map() -> int:
    """Prints all exercises with their states, and the next command."""
    saved, out = progress.load(), output.terminal()
    exercises = course.all_exercises()
    rows = table("", "exercise", "", narrow=("", "exercise"))
    for one in exercises:
        state = saved.entry(one.name).state
        word = "here" if one.name == saved.current and state != "done" else WORDS.get(state, state)
        rows.add_row(Text(word, STYLES[state]), one.name, one.spec.title)
    out.print(rows)
    states = Counter(saved.entry(one.name).state for one in exercises)
    out.print(Text(f"{states['done']} of {len(exercises)} done"))
    for line in _next(saved, [one.name for one in exercises]):
        out.print(line)
    return EXIT_PASS


def _next(saved: Progress, names: list[str]) -> list[RenderableType]:
    left = [name for name in names if saved.entry(name).state != "done"]
    if not left:
        return _totals(saved, names)
    here = saved.current if saved.current in left else left[0]
    started = saved.entry(here).state == "begun"
    command = f"./inv lab.check {here[:3]}" if started else f"./inv lab.start {here[:3]}"
    return [output.line("next", command)]


def _totals(saved: Progress, names: list[str]) -> list[RenderableType]:
    entries = [saved.entry(name) for name in names]
    attempts = sum(len(one.attempts) for one in entries)
    hints = sum(len(one.hints) for one in entries)
    return [
        output.line("the end", "you have finished the course, from two generators to ten thousand clients.",
                    "bold green"),
        output.line("", f"{attempts} attempts, {hints} hints; ./inv lab.status lists them by exercise"),
    ]  # fmt: skip


def report(folder: str, as_json: bool, as_csv: bool = False) -> int:
    """Prints attempts, times, hints and predictions of every workspace in a folder; by default the learner's own.

    A damaged workspace is reported on stderr, and makes the status EXIT_ERROR; the others are printed all the same.
    """
    if as_json and as_csv:
        raise UsageError("--json and --csv cannot be combined")
    learners, damaged = _learners(Path(folder)) if folder else ({"": progress.load()}, [])
    rows = {name: [_row(exercise, one) for exercise in course.names()] for name, one in learners.items()}
    if as_json:
        print(json.dumps(rows.get("", rows), indent=1))
    elif as_csv:
        _print_csv(rows)
    else:
        output.terminal().print(_table(rows))
    for problem in damaged:
        say(f"left out: {problem}")
    return EXIT_ERROR if damaged else EXIT_PASS


def _learners(folder: Path) -> tuple[dict[str, Progress], list[str]]:
    """The progress in each workspace below a folder, and what is wrong with those that cannot be read.

    A folder at the top without any progress is a learner who has not begun.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {str(folder)!r}")
    there = {path.parent for path in folder.rglob(progress.FILE)}
    empty = {
        one for one in folder.iterdir() if one.is_dir() and not any(one in (path, *path.parents) for path in there)
    }
    if not there:
        raise UsageError(f"{str(folder)!r} has no {progress.FILE} in it; copy the workspaces of the learners there")
    learners, damaged = {}, []
    for path in sorted(there | (empty if folder not in there else set())):
        try:
            learners[str(path.relative_to(folder))] = progress.load(path)
        except LabFailure as error:
            damaged.append(str(error))
    return learners, damaged


def _print_csv(learners: Mapping[str, list[dict[str, object]]]) -> None:
    """A line for each learner and exercise; times are UTC, predictions are `name=value` in one cell."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["learner", *COLUMNS, "seconds"])
    for learner, rows in learners.items():
        writer.writerows([learner, *(_csv_cell(row[column]) for column in (*COLUMNS, "seconds"))] for row in rows)


def _csv_cell(value: object) -> object:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}={one['said']}" for key, one in value.items())
    return "" if value is None else value


def _row(name: str, saved: Progress) -> dict[str, object]:
    one = saved.entry(name)
    return {
        "exercise": name,
        "state": one.state,
        "begun": one.begun,
        "passed": one.passed,
        "attempts": len(one.attempts),
        "seconds": round(sum(attempt.seconds for attempt in one.attempts), 2),
        "hints": len(one.hints),
        "solution_shown": one.solution_shown,
        "predictions": {key: kept.model_dump() for key, kept in one.predictions.items()},
        "results": [attempt.model_dump(exclude={"seconds"}) for attempt in one.attempts],
    }


def _table(learners: Mapping[str, list[dict[str, object]]]) -> Table:
    several = set(learners) != {""}
    headings = [WORDS.get(column, column) for column in COLUMNS]
    grid = table(*(["learner", *headings] if several else headings), narrow=("exercise",))
    for learner, rows in learners.items():
        for row in rows:
            cells = [_cell(row[column] if column not in TIMES else _minute(row[column])) for column in COLUMNS]
            grid.add_row(*map(Text, [learner, *cells] if several else cells))
    return grid


def _minute(time: object) -> str | None:
    """A time in UTC without its seconds: a terminal has no room for more."""
    return str(time)[:16].replace("T", " ") if time else None


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one['said']} (measured {one['measured'] or '-'})" for key, one in value.items())
    return "" if value is None else WORDS.get(str(value), str(value))
