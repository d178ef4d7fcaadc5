"""The commands that show how far a learner is: the course as a map, one learner's status, a report for a teacher."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from labs import course, progress, telling
from labs.progress import Progress
from scenarios.errors import EXIT_PASS, UsageError
from scenarios.report.terminal import table

MARKS = {"done": ("done", "green"), "begun": ("begun", "yellow"), "new": ("", "")}


def show_map() -> int:
    """The course: done, begun, next."""
    noted, out = progress.load(), telling.out()
    exercises = course.everything()
    made = table("", "exercise", "", narrow=("", "exercise"))
    for one in exercises:
        state = noted.of(one.name).state
        mark = "here" if one.name == noted.current and state != "done" else MARKS[state][0]
        made.add_row(Text(mark, MARKS[state][1]), one.name, one.stated.title)
    out.print(made)
    states = Counter(noted.of(one.name).state for one in exercises)
    out.print(Text(f"{states['done']} of {len(exercises)} done"))
    for line in _what_next(noted, [one.name for one in exercises]):
        out.print(line)
    return EXIT_PASS


def _what_next(noted: Progress, names: list[str]) -> list[RenderableType]:
    """The command that goes on, or at the end what was achieved."""
    left = [name for name in names if noted.of(name).state != "done"]
    if not left:
        return _achieved(noted, names)
    here = noted.current if noted.current in left else left[0]
    begun = noted.of(here).state == "begun"
    command = f"./inv lab.check {here[:3]}" if begun else f"./inv lab.start {here[:3]}"
    return [telling.line("next", command)]


def _achieved(noted: Progress, names: list[str]) -> list[RenderableType]:
    courses = [noted.of(name) for name in names]
    attempts = sum(len(one.attempts) for one in courses)
    hints = sum(len(one.hints) for one in courses)
    return [
        telling.line("the end", "from two generators to ten thousand clients: the course is done.", "bold green"),
        telling.line("", f"attempts: {attempts}, hints: {hints}; ./inv lab.status tells them one by one"),
    ]


def status(as_json: bool) -> int:
    """Attempts, times, hints and predictions of every exercise."""
    noted = progress.load()
    rows = told(noted)
    if as_json:
        print(json.dumps(rows, indent=1))
        return EXIT_PASS
    telling.out().print(_table({"": rows}))
    return EXIT_PASS


def report(folder: str, as_json: bool) -> int:
    """What a teacher needs of a learner, or of a folder that has one of each learner; nothing else of the machine."""
    learners = _learners(Path(folder)) if folder else {"": progress.load()}
    rows = {name: told(one) for name, one in learners.items()}
    if as_json:
        print(json.dumps(rows if folder else rows[""], indent=1))
        return EXIT_PASS
    telling.out().print(_table(rows))
    return EXIT_PASS


def _learners(folder: Path) -> dict[str, Progress]:
    """The progress files of a folder by where they stand in it."""
    if not folder.is_dir():
        raise UsageError(f"there is no folder {str(folder)!r}")
    found = {path.parent: progress.load(path.parent) for path in sorted(folder.rglob(progress.FILE))}
    if not found:
        raise UsageError(f"in {str(folder)!r} there is no {progress.FILE}, which a learner's workspace has")
    return {str(path.relative_to(folder)): one for path, one in found.items()}


def told(noted: Progress) -> list[dict[str, object]]:
    """One row an exercise: done, attempts, predictions, hints taken, times."""
    return [_row(name, noted) for name in course.names()]


def _row(name: str, noted: Progress) -> dict[str, object]:
    one = noted.of(name)
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
        "results": [{"time": a.time, "result": a.result, "parameters": a.parameters, "findings": a.findings}
                    for a in one.attempts],
    }  # fmt: skip


def _table(learners: Mapping[str, list[dict[str, object]]]) -> Table:
    several = set(learners) != {""}
    columns = ("exercise", "state", "attempts", "hints", "predicted", "begun", "passed")
    made = table(*(("learner", *columns) if several else columns), narrow=("exercise",))
    for learner, rows in learners.items():
        for row in rows:
            cells = [str(row[key] if row[key] is not None else "") for key in columns if key != "predicted"]
            cells.insert(4, _predictions(row["predictions"]))
            made.add_row(*map(Text, [learner, *cells] if several else cells))
    return made


def _predictions(predictions: object) -> str:
    assert isinstance(predictions, dict)
    return ", ".join(f"{key} {one['said']} (measured {one['measured'] or '-'})" for key, one in predictions.items())
