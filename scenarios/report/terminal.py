"""Shows a run on the terminal: prediction, progress, measurement, verdict. Readable without colours and in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from textwrap import shorten
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from scenarios import families
from scenarios.definition.scenario import Scenario
from scenarios.families.base import MISUNDERSTOOD, Family, Prediction, pictures, tell
from scenarios.judging import failures
from scenarios.judging.quantities import ANY, Each, Expectation, Json, Quantity
from scenarios.report.agreement import Row, agreement
from scenarios.report.result_table import label, rows
from scenarios.report.text_charts import draw, folded
from scenarios.results.events import Event

if TYPE_CHECKING:
    # Only for type hints, so that commands start faster.
    from rich.console import OverflowMethod
    from rich.progress import Progress

    from scenarios.results.record import Check, Record

STYLES = {
    "pass": "bold green",
    "fail": "bold red",
    "error": "bold magenta",
    "skip": "bold yellow",
    "passed": "green",
    "failed": "red",
    "skipped": "yellow",
}
MARKS = {"passed": "ok  ", "failed": "FAIL", "error": "????", "skipped": "skip"}
# The results of checks that are only counted, in words.
QUIET = {"passed": "hold", "skipped": "skipped"}
# A longer prediction is cut unless the user asks for all of it.
MOST_LINES, MOST_OF_ONE = 6, 3
# Predicted waiting in seconds from which the user is told how long the run takes.
LONG = 10
# The width if the output is no terminal.
WIDTH_WITHOUT_TERMINAL = 120


def console(stderr: bool = False) -> Console:
    """A console that honours NO_COLOR, with a fixed width if the stream is no terminal."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(
        stderr=stderr,
        highlight=False,
        emoji=False,
        soft_wrap=False,
        width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL,
    )


def table(*columns: str, narrow: Sequence[str] = (), overflow: OverflowMethod = "ellipsis", gap: int = 2) -> Table:
    """An empty table with `gap` spaces between its columns; the `narrow` ones are never wrapped."""
    empty = Table(box=None, padding=(0, gap, 0, 0), header_style="bold")
    for column in columns:
        empty.add_column(column, no_wrap=column in narrow, overflow=overflow)
    return empty


class TerminalAudience:
    """Shows progress on stderr: a spinner on a terminal, one line for each step on a dumb one and without a terminal.

    stdout has the name, the prediction and the result.
    """

    def __init__(self, quiet: bool = False, spoils: bool = True, verbose: bool = False) -> None:
        """`quiet` shows only the building of images, which takes long. `verbose` shows every row, check and picture.

        Without `spoils` it shows neither prediction nor result: they would be the answer of an exercise.
        """
        self._console = console(stderr=True)
        self._quiet, self._spoils, self._verbose = quiet, spoils, verbose
        self._progress: Progress | None = None
        self._begun = time.monotonic()
        self._shown, self._doing = "", ""
        self._family: Family | None = None

    def predicted(self, scenario: Scenario, prediction: Prediction) -> None:
        family = self._family = families.find(scenario.family)
        if not self._spoils:
            self.doing(f"running {', '.join(scenario.services)}")
        if self._quiet or not self._spoils:
            return
        out = console()
        values = ", ".join(f"{name} {value}" for name, value in scenario.parameters.items())
        _print(out, f"{scenario.name}  {scenario.summary}", bold=len(scenario.name))
        _print(out, f"  {values}")
        first, *others = _lines(prediction, family, out.width)
        _print(out, f"predicted  {first}", bold=len("predicted"))
        lines = [*others, *relations_in_words(prediction, family)]
        most = len(lines) if self._verbose or len(lines) <= MOST_LINES else MOST_LINES - 1
        for line in lines[:most]:
            _print(out, f"  {line}", most=None if self._verbose else MOST_OF_ONE)
        if most < len(lines):
            _print(out, f"  and {len(lines) - most} lines more, which --verbose and the page show")
        _print(out, f"  {prediction.reason}")
        if prediction.waiting >= LONG:
            _print(out, f"  the programs wait most of the time, by theory for about {prediction.waiting:.0f} s")

    def doing(self, what: str) -> None:
        """Shown once: while the lab waits for the same thing as before, the last event stays in sight."""
        if not self._quiet and what != self._doing:
            self._doing = what
            self._show(what)

    def event(self, service: str, event: Event) -> None:
        text = tell(self._family, service, event) if self._family else None
        if text and not self._quiet:
            self._show(text)

    def step(self, image: str, number: int, total: int, text: str) -> None:
        self._show(shorten(f"image {image}, step {number} of {total}: {text}", self._console.width - 15))

    def line(self, image: str, text: str) -> None:
        """Shows a line of a build's output until the next one, and only on a terminal."""
        if self._is_live:
            self._spin(f"image {image}: {text.strip()[: self._console.width - 20]}")

    def note(self, image: str, text: str) -> None:
        self._console.print(f"image {image}: {escape(text)}")

    def done(self, image: str, seconds: float) -> None:
        self._show(f"image {image} is built, {seconds:.0f} s")

    def _show(self, text: str) -> None:
        if text == self._shown:
            return
        self._shown = text
        if self._is_live:
            self._spin(text)
        else:
            self._console.print(f"  {time.monotonic() - self._begun:6.2f} s  {escape(text)}")

    @property
    def _is_live(self) -> bool:
        """Whether a line can be drawn again: not without a terminal, and not on a dumb one."""
        return self._console.is_terminal and not self._console.is_dumb_terminal

    def _spin(self, text: str) -> None:
        if self._progress is None:
            self._progress = self._spinner()
            self._progress.start()
        self._progress.update(self._progress.task_ids[0], description=escape(text))

    def _spinner(self) -> Progress:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        progress = Progress(*columns, console=self._console, transient=True)
        progress.add_task("", total=None)
        return progress

    def finished(self, scenario: Scenario, record: Record) -> None:
        if self._quiet or not self._spoils:
            return
        self.close()
        show(record, scenario, console(), verbose=self._verbose)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _lines(prediction: Prediction, family: Family, width: int) -> list[str]:
    """A prediction in one line, or in one line for each quantity if that is too long."""
    text, parts = in_words(prediction, family), _parts(prediction, family)
    return [text] if len(text) <= width - len("predicted  ") or len(parts) == 1 else ["", *parts]


def _print(out: Console, line: str, *, bold: int = 0, most: int | None = None) -> None:
    """Prints a line, in several with a hanging indent if it is too long, but in `most` of them at most.

    The first `bold` characters are bold.
    """
    parts = folded(line, out.width)
    if most and len(parts) > most:
        parts = [*parts[: most - 1], f"{parts[most - 1][: out.width - 4]} ..."]
    for n, part in enumerate(parts):
        text = Text(part)
        if not n:
            text.stylize("bold", 0, bold)
        out.print(text, soft_wrap=True)


def in_words(prediction: Prediction, family: Family) -> str:
    """A prediction in one line."""
    return "; ".join(_parts(prediction, family))


def _parts(prediction: Prediction, family: Family) -> list[str]:
    """One for each quantity that says something; the predicted error follows the last one."""
    values = [
        _heading(one) + prediction.expected[one.key].words(one.sentence)
        for one in family.quantities
        if one.key != failures.ERROR.key and _says_something(prediction.expected[one.key])
    ]
    error = prediction.expected[failures.ERROR.key]
    if error.json() is not None:
        values[-1:] = [f"{''.join(values[-1:])}, then {error.words(failures.ERROR.words)}"]
    return values


def _says_something(expected: Expectation) -> bool:
    """False if any number is expected, or none at all: the relations say more about those."""
    parts = expected.of.values() if isinstance(expected, Each) else [expected]
    return any(part.words() != ANY and part.json() is not None for part in parts)


def relations_in_words(prediction: Prediction, family: Family) -> Iterator[str]:
    """The predicted relations between the parts of a quantity, a line for each quantity."""
    for quantity in family.quantities:
        if relations := prediction.relations.get(quantity.key):
            yield f"{label(quantity)}: " + ", ".join(one.words() for one in relations)


def _heading(quantity: Quantity) -> str:
    """The name of a quantity, unless a noun or a unit after its values says what they are."""
    return "" if quantity.noun or (quantity.unit and not quantity.label) else f"{label(quantity)}: "


def show(record: Record, scenario: Scenario, out: Console, *, verbose: bool = False) -> None:
    """Prints what differs, the checks that do not hold, the lesson's picture, the verdict, and what to try next.

    `verbose` prints all values, all checks and all pictures.
    """
    if record.predicted is not None:
        _show_values(record, families.find(scenario.family), out, verbose)
    _show_checks(record.checks, out, verbose)
    if record.measured is not None:
        _show_pictures(scenario, record, out, verbose)
    out.print(_verdict(record))
    if record.problem and not record.is_dry_run:
        for line in record.problem.splitlines():
            _print(out, f"  {line}")
    if record.run:
        out.print(Text(f"  evidence: {record.run}"), soft_wrap=True)
    if record.measured is not None:
        _show_what_next(scenario, out)


def _show_values(record: Record, family: Family, out: Console, verbose: bool) -> None:
    """In one line if all came out as predicted; else the others in a table."""
    predicted = record.predicted or {}
    found = None
    with suppress(*MISUNDERSTOOD):  # a program reported values that are not numbers
        found = agreement(family.quantities, record)
    if verbose or found is None:
        out.print(side_by_side(family.quantities, predicted, record.measured))
    elif found.differing:
        out.print(_table_of(found.differing))
    if found is not None and found.words() and record.measured is not None:
        out.print(Text(f"measured   {found.words()}"))


def _verdict(record: Record) -> Text:
    line, took = Text("verdict    "), f"{record.seconds['total']:.2f} s"
    if record.is_dry_run:
        return line.append(f"not run (--dry-run), {took}")
    return line.append(record.verdict, STYLES[record.verdict]).append(f"  {record.engine}, {took}")


def _show_pictures(scenario: Scenario, record: Record, out: Console, verbose: bool) -> None:
    """The headline last, just above the verdict; the others only if `verbose`."""
    drawn = pictures(families.find(scenario.family), scenario, record.measured or {}, record.predicted or {})
    for picture in [*(drawn[1:] if verbose else ()), *drawn[:1]]:
        with suppress(*MISUNDERSTOOD):  # a program reported values that are not numbers
            for part in list(draw(picture, out.width)):
                out.print(part, soft_wrap=isinstance(part, Text))


def _show_checks(checks: Sequence[Check], out: Console, verbose: bool) -> None:
    """Those that do not hold one by one, and how many hold."""
    for check in checks:
        if verbose or check.result not in QUIET:
            _show_check(check, out)
    counts = {result: sum(check.result == result for check in checks) for result in QUIET}
    words = [f"{counts[result]} {words}" for result, words in QUIET.items() if counts[result]]
    if words and not verbose:
        out.print(Text(f"checks     {', '.join(words)}"))


def _show_check(check: Check, out: Console) -> None:
    mark = f"  {MARKS[check.result]}  "
    for n, part in enumerate(folded(mark + check.name, out.width)):
        text = Text(part)
        if not n:
            text.stylize(STYLES.get(check.result, ""), 0, len(mark))
        out.print(text, soft_wrap=True)
    if check.result != "passed" and check.message:
        _print(out, f"        {check.message.splitlines()[0]}")


def _show_what_next(scenario: Scenario, out: Console) -> None:
    if scenario.teaches:
        _print(out, f"teaches    {scenario.teaches}")
    for number, command in enumerate(scenario.next_commands):
        out.print(Text(f"{'' if number else 'try next':<11}./inv {command}"), soft_wrap=True)


def side_by_side(quantities: Sequence[Quantity], predicted: Mapping[str, Json], measured: Json) -> Table:
    """A table of predicted and measured values."""
    return _table_of(rows(quantities, predicted, measured))


def _table_of(found: Iterable[Row]) -> Table:
    shown = table("", "predicted", "measured", overflow="fold", gap=3)
    for row in found:
        shown.add_row(*map(Text, row))  # as Text, since rich might take an exception's text for markup
    return shown
