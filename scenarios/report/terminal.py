"""Shows a run on the terminal: prediction, progress, measurement and verdict; readable without colour and without a
terminal.
"""

import sys
import time
from textwrap import shorten

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table
from rich.text import Text

from scenarios.evidence import Event
from scenarios.outcome import Failure, Outcome
from scenarios.record import Record
from scenarios.spec import Scenario
from scenarios.theory import Prediction

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


class TerminalAudience:
    """Shows what happens: a spinner on a terminal, else one line each; on stderr, so that stdout holds the result
    alone.
    """

    def __init__(self, quiet: bool = False) -> None:
        """`quiet` shows nothing but the building of images, which takes long."""
        self._console = console(stderr=True)
        self._quiet = quiet
        self._status: Status | None = None
        self._begun = time.monotonic()
        self._shown = ""

    def predicted(self, scenario: Scenario, prediction: Prediction) -> None:
        """The scenario and what must happen, before anything does."""
        if self._quiet:
            return
        values = ", ".join(f"{name} {value}" for name, value in scenario.parameters.items())
        self._console.print(f"[bold]{scenario.name}[/bold]  {escape(scenario.summary)}")
        self._console.print(f"  {escape(values)}")
        self._console.print(f"[bold]predicted[/bold]  {escape(in_words(prediction.outcome))}")
        self._console.print(f"  {escape(prediction.reason)}")

    def doing(self, what: str) -> None:
        """The present step."""
        if not self._quiet:
            self._show(what)

    def event(self, service: str, event: Event) -> None:
        """Events worth a line: how many are connected, what a fetch costs."""
        text = telling(service, event)
        if text and not self._quiet:
            self._show(text)

    def step(self, image: str, number: int, total: int, text: str) -> None:
        """A step of an image."""
        self._show(shorten(f"image {image}, step {number} of {total}: {text}", self._console.width - 15))

    def line(self, image: str, text: str) -> None:
        """What a step printed is shown only while it is the newest, and only on a terminal."""
        if self._console.is_terminal:
            self._spin(f"image {image}: {text.strip()[: self._console.width - 20]}")

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
        if self._status is None:
            self._status = self._console.status("")
            self._status.start()
        self._status.update(escape(text))

    def close(self) -> None:
        """Ends the spinner, so that the terminal is as it was."""
        if self._status is not None:
            self._status.stop()
            self._status = None


def telling(service: str, event: Event) -> str | None:
    """An event in words, if a reader would want to know of it; None also for one that lacks what it should tell."""
    try:
        return _told(service, event)
    except (KeyError, TypeError, ValueError):
        return None


def _told(service: str, event: Event) -> str | None:
    match event["event"]:
        case "ready" if "selector" in event:
            return f"{service} is ready: {event['selector']} on {event['platform']}, Python {event['python']}"
        case "connected":
            return f"{service}: {event['clients']} clients are connected at the same time"
        case "refused":
            return f"{service}: client {event['client']} was refused: {event['error']}: {event['message']}"
        case "calibrated":
            cost, cpu = event["cost"] * 1000, event["cpu"] * 1000
            return f"{service}: one fetch without latency costs c = {cost:.1f} ms ({cpu:.1f} ms of its own CPU)"
        case "fetched":
            return f"{service}: {event['bytes']} bytes in {event['seconds']:.2f} s"
        case _:
            return None


def in_words(outcome: Outcome) -> str:
    """An outcome in one line."""
    if outcome.seconds is not None:
        times = ", ".join(f"{name} {_time(value)}" for name, value in outcome.seconds.items())
        return f"{times}; {outcome.bytes} bytes"
    text = f"{outcome.served} served"
    return text if outcome.error is None else f"{text}, then {_failure(outcome.error)}"


def _time(value: float | tuple[float, float] | None) -> str:
    if isinstance(value, tuple):
        return f"{value[0]:.2f} to {value[1]:.2f} s"
    return "-" if value is None else f"{value:.2f} s"


def _failure(failure: Failure | None) -> str:
    if failure is None:
        return "none"
    at = f" at client {failure.at_client}" if failure.at_client else ""
    return f"{failure.service}: {failure.type}: {failure.message}{at}"


def show(record: Record, out: Console) -> None:
    """Prediction and measurement side by side, the checks, and the verdict."""
    if record.predicted is not None:
        out.print(_side_by_side(record.predicted, record.measured))
    for check in record.checks:
        line = Text(f"  {MARKS[check.result]}  ", STYLES.get(check.result, ""))
        line.append(check.name, "default")
        out.print(line)
        if check.result != "passed" and check.message:
            out.print(Text(f"        {check.message.splitlines()[0]}"))
    verdict = Text("verdict    ")
    verdict.append(record.verdict, STYLES[record.verdict])
    verdict.append(f"  {record.engine}, {record.seconds['total']:.2f} s")
    out.print(verdict)
    if record.problem:
        out.print(Text(f"  {record.problem}"))
    if record.run:
        out.print(Text(f"  evidence: {record.run}"), soft_wrap=True)


def _side_by_side(predicted: Outcome, measured: Outcome | None) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), show_edge=False, header_style="bold")
    for column in ("", "predicted", "measured"):
        table.add_column(column, overflow="fold")

    def add(*cells: str) -> None:
        table.add_row(*map(Text, cells))  # An exception's text may hold what rich takes for markup.

    found = measured or Outcome()
    for name, bound in (predicted.seconds or {}).items():
        add(name, _time(bound), _time((found.seconds or {}).get(name)))
    if predicted.seconds is None:
        add("served", f"{predicted.served} clients", "-" if found.served is None else f"{found.served} clients")
    else:
        add("bytes", str(predicted.bytes), "-" if found.bytes is None else str(found.bytes))
    add("error", _failure(predicted.error), "-" if measured is None else _failure(found.error))
    return table
