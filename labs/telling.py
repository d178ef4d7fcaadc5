"""What the course says on the terminal: a check, a ceiling, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from labs import checking, course, findings, workspace
from labs.ceiling import Shown
from labs.checking import Checked
from labs.draws import Parameters
from labs.exercise import Exercise
from labs.findings import Finding
from labs.progress import Predicted
from scenarios import failures, families
from scenarios.report.terminal import console, side_by_side

MOST_FINDINGS = 3
STYLES = {"passed": "bold green", "not yet": "bold yellow", "unknown": "bold magenta", "skipped": "bold yellow"}
LEFT = 11


def line(label: str, text: str, style: str = "") -> Table:
    """A text with its label in the margin; what does not fit into a line goes on below it."""
    made = Table.grid(padding=0)
    made.add_column(width=LEFT, no_wrap=True)
    made.add_column(overflow="fold")
    made.add_row(Text(label, style), Text(text))
    return made


def place(label: str, path: str) -> Text:
    """A path with its label in the margin, never broken: an editor opens it."""
    return Text(f"{label:<{LEFT}}{path}")


def parameters(drawn: Parameters) -> str:
    """`clients 93, size 16KiB`."""
    return ", ".join(f"{name} {value}" for name, value in drawn.items()) or "nothing is drawn"


def announce(exercise: Exercise, drawn: list[Parameters], number: int, out: Console) -> None:
    """Before an attempt: which one it is, and with which parameters."""
    out.print(line("exercise", f"{exercise.name}  {exercise.stated.title}", "bold"))
    for part, values in zip(exercise.stated.parts, drawn, strict=True):
        of = f"{part.scenario}: " if len(drawn) > 1 else ""
        out.print(line(f"attempt {number}", f"{of}{parameters(values)}"))


def checked(one: Checked, out: Console) -> None:
    """After an attempt: what was expected and seen, where to look, and what to do next."""
    if one.result == "passed":
        _measured(one, out)
    for finding in one.findings[:1]:
        _finding(one.exercise, finding, out)
    # Several findings may have the same words.
    words = list(dict.fromkeys(finding.say or finding.told for finding in one.findings))
    for text in words[1:MOST_FINDINGS]:
        out.print(line("  also", text))
    if len(words) > MOST_FINDINGS:
        out.print(line("", f"and {len(words) - MOST_FINDINGS} more, which may come of the same"))
    _predictions(one.predictions, out)
    out.print(line("result", one.result, STYLES[one.result]))
    for text in _next(one):
        out.print(Text(text), soft_wrap=True)


def _measured(one: Checked, out: Console) -> None:
    """What theory said and what came, part by part, and what nobody could look at on this machine."""
    for done in one.done:
        if done.record.predicted is not None:
            out.print(side_by_side(families.find(done.scenario.family).quantities, done.record.predicted,
                                   done.record.measured))  # fmt: skip
        for check in findings.not_looked_at(one.exercise, done):
            out.print(line("unseen", f"{check.name}: {check.message}", "bold yellow"))


def _finding(exercise: Exercise, finding: Finding, out: Console) -> None:
    title = finding.say or finding.told
    out.print(line("not yet", title, "bold yellow"))
    if finding.say:
        out.print(line("  seen", finding.told))
    for text in finding.lines:
        out.print(Text(f"           | {text}"), soft_wrap=True)
    where = f"{workspace.shown(workspace.folder(exercise) / finding.file)}:{finding.line}"
    out.print(place("  look at", where), soft_wrap=True)


def _predictions(predictions: Mapping[str, Predicted], out: Console) -> None:
    for key, one in predictions.items():
        if one.measured is None:
            continue
        out.print(line("you said", f"{key} {one.said}: {_foreseen(one.said, str(one.theory), one.measured)}"))


def _foreseen(said: str, theory: str, measured: str) -> str:
    """How a prediction did: against theory, since a program that is not right yet may have come to anything."""
    if not checking.agrees(said, theory):
        return f"theory counted {theory}, and {measured} was measured"
    if checking.agrees(theory, measured):
        return "as it came"
    return f"theory counted the same; {measured} was measured of a program that is not right yet"


def _next(one: Checked) -> Iterator[str]:
    number = one.exercise.number
    match one.result:
        case "passed":
            yield from after(one.exercise)
        case "not yet":
            yield f"next       mend it and save, then ./inv lab.check; ./inv lab.hint {number} has a hint"
        case "skipped":
            yield f"           this machine cannot run it: {one.problem}"
            yield from after(one.exercise)
        case "unknown":
            yield f"           the lab could not tell, which says nothing of your program: {one.problem}"
            yield "next       ./inv doctor looks for what is missing on this machine"


def after(exercise: Exercise) -> Iterator[str]:
    """What comes after an exercise."""
    following = course.after(exercise.name)
    yield f"           ./inv lab.solution {exercise.number} compares yours with one of ours"
    if following:
        yield f"next       ./inv lab.start {following[:3]}  {course.find(following).stated.title}"
    else:
        yield "next       this was the last one; ./inv lab shows what you have achieved"


def ceiling(shown: Shown, out: Console) -> None:
    """Where an earlier server breaks, and why."""
    record = shown.record
    out.print(line("ceiling", f"{shown.whose} under {parameters({k: str(v) for k, v in record.parameters.items()})}",
                   "bold"))  # fmt: skip
    if record.measured is None or record.predicted is None:
        out.print(line("", f"it could not be shown: {record.problem}"))
        return
    out.print(side_by_side(families.find(shown.scenario.family).quantities, record.predicted, record.measured))
    error = record.measured.get(failures.ERROR.key)
    if error:
        out.print(line("it breaks", failures.in_words(error)))
    out.print(line("why", record.reason))
    out.print(line("", shown.ceiling.shows))


def out() -> Console:
    """Where the course speaks."""
    return console()
