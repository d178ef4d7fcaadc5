"""The output of the lab.* commands: an attempt, its result, and why an earlier program breaks."""

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from labs import checking, course, findings, workspace
from labs.baseline import Shown
from labs.checking import Checked
from labs.exercise import Exercise
from labs.finding import Finding
from labs.progress import Predicted
from labs.randomize import Parameters
from scenarios import families
from scenarios.report.terminal import console, side_by_side

MAX_FINDINGS = 3
STYLES = {"passed": "bold green", "not yet": "bold yellow", "unknown": "bold magenta", "skipped": "bold yellow"}
MARGIN = 11
terminal = console  # where the lab.* commands print


def line(label: str, text: str, style: str = "") -> Table:
    """A text with its label in the margin, wrapped beside it."""
    grid = Table.grid(padding=0)
    grid.add_column(width=MARGIN, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(label, style), Text(text))
    return grid


def path_line(label: str, path: str) -> Text:
    """A path with its label in the margin, never wrapped, so that an editor can open it."""
    return Text(f"{label:<{MARGIN}}{path}")


def parameters(values: Mapping[str, object]) -> str:
    """`clients 93, size 16KiB`."""
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "no parameters"


def show_attempt(exercise: Exercise, drawn: list[Parameters], number: int, out: Console) -> None:
    """Before an attempt: its number and its parameters."""
    out.print(line("exercise", f"{exercise.name}  {exercise.spec.title}", "bold"))
    for part, values in zip(exercise.spec.parts, drawn, strict=True):
        scenario = f"{part.scenario}: " if len(drawn) > 1 else ""
        out.print(line(f"attempt {number}", f"{scenario}{parameters(values)}"))


def show_result(checked: Checked, out: Console) -> None:
    """After an attempt: the findings with expected and actual values, where to look, and what to do next."""
    if checked.result == "passed":
        _measurements(checked, out)
    for finding in checked.findings[:1]:
        _finding(checked.exercise, finding, out)
    # Several findings may have the same text, and a detail says nothing where the result is wrong already.
    shown = [one for one in checked.findings if not one.detail] or checked.findings
    texts = list(dict.fromkeys(finding.say or finding.told for finding in shown))
    for text in texts[1:MAX_FINDINGS]:
        out.print(line("  also", text))
    if len(texts) > MAX_FINDINGS:
        out.print(line("", f"and {len(texts) - MAX_FINDINGS} more, which may have the same cause"))
    _guesses(checked.predictions, out)
    out.print(line("result", checked.result, STYLES[checked.result]))
    for text in _next(checked):
        out.print(Text(text), soft_wrap=True)


def _measurements(checked: Checked, out: Console) -> None:
    for done in checked.done:
        if done.record.predicted is not None:
            out.print(side_by_side(families.find(done.scenario.family).quantities, done.record.predicted,
                                   done.record.measured))  # fmt: skip
        for check in findings.unchecked(checked.exercise, done):
            out.print(line("unchecked", f"{check.name}: {check.message}", "bold yellow"))


def _finding(exercise: Exercise, finding: Finding, out: Console) -> None:
    part = f"{finding.file}: " if len(exercise.spec.parts) > 1 else ""
    out.print(line("not yet", f"{part}{finding.say or finding.told}", "bold yellow"))
    if finding.say:
        out.print(line("  actual", finding.told))
    if finding.cause:
        out.print(line("  likely", finding.cause))
    for text in finding.lines:
        out.print(Text(f"           | {text}"), soft_wrap=True)
    where = f"{workspace.display_path(workspace.folder(exercise) / finding.file)}:{finding.line}"
    out.print(path_line("  look at", where), soft_wrap=True)


def _guesses(predictions: Mapping[str, Predicted], out: Console) -> None:
    for key, one in predictions.items():
        if one.measured is not None:
            out.print(line("your guess", f"{key} {one.said}: {_compared(one.said, str(one.theory), one.measured)}"))


def _compared(said: str, theory: str, measured: str) -> str:
    """A guess is compared with theory, since a program that is not right yet may give any measurement."""
    if not checking.agrees(said, theory):
        return f"theory predicts {theory}, and the lab measured {measured}"
    if checking.agrees(theory, measured):
        return "correct"
    return f"theory predicts the same; the lab measured {measured}, because your program is not right yet"


def _next(checked: Checked) -> Iterator[str]:
    number = checked.exercise.number
    match checked.result:
        case "passed":
            yield from _after_pass(checked.exercise)
        case "not yet":
            yield f"next       edit and save, then ./inv lab.check; ./inv lab.hint {number} gives a hint"
        case "skipped":
            yield f"           this machine cannot run the exercise: {checked.problem}"
            yield from _after_pass(checked.exercise)
        case "unknown":
            yield f"           The check itself failed; your program may be fine. {checked.problem}"
            yield "next       ./inv doctor shows what is missing on this machine"


def _after_pass(exercise: Exercise) -> Iterator[str]:
    following = course.next_after(exercise.name)
    after = exercise.spec.after
    for number, text in enumerate(after.know if after else (), 1):
        yield f"{'you know' if number == 1 else '':<{MARGIN}}{text}"
    for way in after.ways if after else ():
        yield f"{'other way':<{MARGIN}}{workspace.display_path(exercise.other / way.file)}: {way.say}"
    for words in after.scenarios if after else ():
        yield f"{'try':<{MARGIN}}./inv scenario {words}"
    if after and after.reports:
        yield f"{'met by':<{MARGIN}}{', '.join(after.reports)}"
    yield f"           ./inv lab.solution {exercise.number} compares your program with a solution"
    if following:
        yield f"next       ./inv lab.start {following[:3]}  {course.find(following).spec.title}"
    else:
        yield "next       this was the last exercise; ./inv lab shows all of them"


def show_baseline(shown: Shown, out: Console) -> None:
    """Where an earlier program breaks, and why."""
    record = shown.record
    out.print(Text.assemble(("why this breaks", "bold"), f": {shown.whose}, with {parameters(record.parameters)}"))
    if record.measured is None or record.predicted is None:
        out.print(line("", f"the lab could not run it: {record.problem}"))
        return
    out.print(side_by_side(families.find(shown.scenario.family).quantities, record.predicted, record.measured))
    out.print(line("why", record.reason))
    out.print(line("", shown.baseline.shows))
