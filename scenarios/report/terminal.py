"""Shows a run on the terminal, readable without colour and without one: prediction, progress, measurement, verdict."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from textwrap import fill, shorten
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from scenarios import failures, families
from scenarios.events import Event
from scenarios.families.base import MISUNDERSTOOD, Family, Prediction, pictures, tell
from scenarios.quantities import ANY, Each, Expectation, Json, Quantity
from scenarios.report.comparison import label, rows
from scenarios.report.drawing import drawn
from scenarios.scenario import Scenario

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from rich.progress import Progress

    from scenarios.record import Check, Record

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
# Seconds of foreseen waiting from which a reader is told how long it will take.
LONG = 10
# Without a terminal nobody wraps lines, and nothing should be cut off.
WIDTH_WITHOUT_TERMINAL = 120


def console(stderr: bool = False) -> Console:
    """A console that honours NO_COLOR, and is wide enough where there is no terminal."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(
        stderr=stderr,
        highlight=False,
        emoji=False,
        soft_wrap=False,
        width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL,
    )


def table(*columns: str, narrow: Sequence[str] = ()) -> Table:
    """An empty list of things; the `narrow` columns are never wrapped."""
    made = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        made.add_column(column, no_wrap=column in narrow)
    return made


class TerminalAudience:
    """Shows what happens, on stderr: a spinner on a terminal, else one line each. stdout holds the result alone."""

    def __init__(self, quiet: bool = False) -> None:
        """`quiet` shows nothing but the building of images, which takes long."""
        self._console = console(stderr=True)
        self._quiet = quiet
        self._progress: Progress | None = None
        self._begun = time.monotonic()
        self._shown = ""
        self._family: Family | None = None

    def predicted(self, scenario: Scenario, prediction: Prediction) -> None:
        """The scenario and what must happen, before anything does."""
        family = self.follow(scenario)
        if self._quiet:
            return
        values = ", ".join(f"{name} {value}" for name, value in scenario.parameters.items())
        self._console.print(f"[bold]{scenario.name}[/bold]  {escape(scenario.summary)}")
        self._console.print(f"  {escape(values)}")
        first, *others = _lines(prediction, family, self._console.width)
        self._console.print(f"[bold]predicted[/bold]  {escape(first)}")
        for line in (*others, *relations_in_words(prediction), prediction.reason):
            self._console.print(escape(_folded(line, self._console.width)))
        if prediction.waiting >= LONG:
            self._console.print(f"  it waits most of the time, by theory for about {prediction.waiting:.0f} s")

    def follow(self, scenario: Scenario) -> Family:
        """Tells from now on what this scenario's family finds worth telling."""
        self._family = families.find(scenario.family)
        return self._family

    def doing(self, what: str) -> None:
        """The present step."""
        if not self._quiet:
            self._show(what)

    def event(self, service: str, event: Event) -> None:
        """Events worth a line, as the family tells them."""
        text = tell(self._family, service, event) if self._family else None
        if text and not self._quiet:
            self._show(text)

    def step(self, image: str, number: int, total: int, text: str) -> None:
        """A step of an image."""
        self._show(shorten(f"image {image}, step {number} of {total}: {text}", self._console.width - 15))

    def line(self, image: str, text: str) -> None:
        """What a step printed is shown only while it is the newest, and only on a terminal."""
        if self._console.is_terminal:
            self._spin(f"image {image}: {text.strip()[: self._console.width - 20]}")

    def note(self, image: str, text: str) -> None:
        """Stays, whole, also above a spinner."""
        self._console.print(f"image {image}: {escape(text)}")

    def done(self, image: str, seconds: float) -> None:
        """An image is built."""
        self._show(f"image {image} is built, {seconds:.0f} s")

    def _show(self, text: str) -> None:
        if text == self._shown:
            return
        self._shown = text
        if self._console.is_terminal:
            self._spin(text)
        else:
            self._console.print(f"  {time.monotonic() - self._begun:6.2f} s  {escape(text)}")

    def _spin(self, text: str) -> None:
        if self._progress is None:
            self._progress = self._spinner()
            self._progress.start()
        self._progress.update(self._progress.task_ids[0], description=escape(text))

    def _spinner(self) -> Progress:
        """What moves while nothing happens, and shows for how long that has been so."""
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        progress = Progress(*columns, console=self._console, transient=True)
        progress.add_task("", total=None)
        return progress

    def close(self) -> None:
        """Ends the spinner, so that the terminal is as it was."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _lines(prediction: Prediction, family: Family, width: int) -> list[str]:
    """A prediction in one line, or where that is too long one for each quantity."""
    text = in_words(prediction, family)
    parts = in_words(prediction, family, between="\n").splitlines()
    return [text] if len(text) <= width - len("predicted  ") or len(parts) == 1 else ["", *parts]


def _folded(text: str, width: int) -> str:
    """A line of what belongs to the one above, and what does not fit into it further in."""
    return fill(text, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def in_words(prediction: Prediction, family: Family, between: str = "; ") -> str:
    """A prediction in one line, `between` standing between quantities."""
    values = (
        _heading(one) + prediction.expected[one.key].words(one.sentence)
        for one in family.quantities
        if one.key != failures.ERROR.key and _says_something(prediction.expected[one.key])
    )
    text = between.join(values)
    error = prediction.expected[failures.ERROR.key]
    return text if error.json() is None else f"{text}, then {error.words(failures.ERROR.words)}"


def _says_something(expected: Expectation) -> bool:
    """Not that a number will be any number: of such ones the relations are told. Nor that there will be none."""
    parts = expected.of.values() if isinstance(expected, Each) else [expected]
    return any(part.words() != ANY and part.json() is not None for part in parts)


def relations_in_words(prediction: Prediction) -> Iterator[str]:
    """What is predicted of the parts of a quantity, a line for each quantity."""
    for key, relations in prediction.relations.items():
        if relations:
            yield f"of {label(key)}: " + ", ".join(one.words() for one in relations)


def _heading(quantity: Quantity) -> str:
    """What stands before values that do not say themselves what they are."""
    return "" if quantity.noun or quantity.unit else f"{label(quantity.key)}: "


def show(record: Record, scenario: Scenario, out: Console) -> None:
    """Prediction and measurement side by side, the checks, the verdict, and what to take home and try next."""
    if record.predicted is not None:
        out.print(side_by_side(families.find(scenario.family).quantities, record.predicted, record.measured))
    if record.measured is not None:
        _show_pictures(scenario, record.measured, out)
    for check in record.checks:
        _show_check(check, out)
    verdict = Text("verdict    ")
    verdict.append(record.verdict, STYLES[record.verdict])
    verdict.append(f"  {record.engine}, {record.seconds['total']:.2f} s")
    out.print(verdict)
    if record.problem:
        out.print(Text(f"  {record.problem}"))
    if record.run:
        out.print(Text(f"  evidence: {record.run}"), soft_wrap=True)
    if record.measured is not None:
        _show_what_next(scenario, out)


def _show_pictures(scenario: Scenario, measured: Mapping[str, Json], out: Console) -> None:
    for picture in pictures(families.find(scenario.family), scenario, measured):
        with suppress(*MISUNDERSTOOD):  # numbers of a program that are none
            out.print(*drawn(picture), sep="\n")


def _show_check(check: Check, out: Console) -> None:
    line = Text(f"  {MARKS[check.result]}  ", STYLES.get(check.result, ""))
    line.append(check.name, "default")
    out.print(line)
    if check.result != "passed" and check.message:
        out.print(Text(f"        {check.message.splitlines()[0]}"))


def _show_what_next(scenario: Scenario, out: Console) -> None:
    if scenario.teaches:
        out.print(Text(f"teaches    {scenario.teaches}"))
    for number, command in enumerate(scenario.next_commands):
        out.print(Text(f"{'' if number else 'try next':<11}./inv {command}"), soft_wrap=True)


def side_by_side(quantities: Sequence[Quantity], predicted: Mapping[str, Json], measured: Json) -> Table:
    """What was predicted and what was measured, a row for each value."""
    table = Table(box=None, padding=(0, 3, 0, 0), show_edge=False, header_style="bold")
    for column in ("", "predicted", "measured"):
        table.add_column(column, overflow="fold")
    for row in rows(quantities, predicted, measured):
        table.add_row(*map(Text, row))  # An exception's text may hold what rich takes for markup.
    return table
