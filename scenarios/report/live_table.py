"""Shows many runs in progress: a live table on a terminal, and a line for each run that has ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.text import Text

from scenarios.report.terminal import STYLES, console, table

if TYPE_CHECKING:
    # Only for type hints, so that commands start faster.
    from scenarios.results.record import Record


class Screen:
    """Shows a batch: a live table on stderr if that is a terminal, and a line for each run that ends."""

    def __init__(self, total: int, quiet: bool) -> None:
        self._console, self._quiet, self._total = console(stderr=True), quiet, total
        self._now: dict[str, tuple[float, str]] = {}
        self._ended = 0
        self._left = ""
        is_live = self._console.is_terminal and not quiet
        self._live = Live(console=self._console, auto_refresh=False, transient=True) if is_live else None

    def __enter__(self) -> Screen:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def begins(self, name: str) -> None:
        self._now[name] = (time.monotonic(), "starting")
        self._refresh()

    def doing(self, name: str, what: str) -> None:
        if name in self._now:
            self._now[name] = (self._now[name][0], what)
            self._refresh()

    def ended(self, done: Record, out: Console, left: str = "") -> None:
        """Prints a permanent line; `left` says how long the batch still takes, if that is known."""
        self._left = left
        self._now.pop(done.scenario, None)
        self._ended += 1
        if not self._quiet:
            # On a terminal only the console of the live table can print above it.
            shown = self._console if self._live and out.is_terminal else out
            shown.print(_line(done, left), soft_wrap=True)
        self._refresh()

    def goes_on(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        if self._live:
            so_far = ", ".join(filter(None, (f"{self._ended} of {self._total}", self._left)))
            listed = table(so_far, "for", "now", narrow=("for",))
            for name, (begun, what) in self._now.items():
                listed.add_row(name, f"{time.monotonic() - begun:.0f} s", Text(what))
            self._live.update(listed, refresh=True)


def _line(done: Record, left: str) -> Text:
    line = Text(f"{done.verdict:5}", STYLES[done.verdict])
    line.append(f"  {done.scenario:22} {done.seconds['total']:7.2f} s", "default")
    if left:
        line.append(f"  {left}", "dim")
    if done.problem:
        line.append(f"  {done.problem.splitlines()[0]}", "default")
    return line
