"""Shows a run on the terminal while it goes on: its prediction, and its progress."""

from __future__ import annotations

import time
from textwrap import shorten
from typing import TYPE_CHECKING

from rich.markup import escape

from scenarios import families
from scenarios.definition.scenario import Scenario
from scenarios.families.base import Family, Prediction, tell
from scenarios.report.lines import STYLES as STYLES
from scenarios.report.lines import console as console
from scenarios.report.lines import print_line
from scenarios.report.lines import table as table
from scenarios.report.prediction_words import in_words, parts, relations_in_words
from scenarios.report.terminal_result import show
from scenarios.report.terminal_result import side_by_side as side_by_side
from scenarios.results.events import Event

if TYPE_CHECKING:
    # Only for type hints, so that commands start faster.
    from rich.progress import Progress

    from scenarios.results.record import Record

# A longer prediction is cut unless the user asks for all of it.
MOST_LINES, MOST_OF_ONE = 6, 3
# Predicted waiting in seconds from which the user is told how long the run takes.
LONG = 10


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
        print_line(out, f"{scenario.name}  {scenario.summary}", bold=len(scenario.name))
        print_line(out, f"  {values}")
        first, *others = _lines(prediction, family, out.width)
        print_line(out, f"predicted  {first}", bold=len("predicted"))
        lines = [*others, *relations_in_words(prediction, family)]
        most = len(lines) if self._verbose or len(lines) <= MOST_LINES else MOST_LINES - 1
        for line in lines[:most]:
            print_line(out, f"  {line}", most=None if self._verbose else MOST_OF_ONE)
        if most < len(lines):
            print_line(out, f"  and {len(lines) - most} lines more, which --verbose and the page show")
        print_line(out, f"  {prediction.reason}")
        if prediction.waiting >= LONG:
            print_line(out, f"  the programs wait most of the time, by theory for about {prediction.waiting:.0f} s")

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
            print_line(self._console, f"  {time.monotonic() - self._begun:6.2f} s  {text}")

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
    text, every = in_words(prediction, family), parts(prediction, family)
    return [text] if len(text) <= width - len("predicted  ") or len(every) == 1 else ["", *every]
