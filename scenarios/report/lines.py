"""Lines and tables on the terminal, readable without colours and in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scenarios.report.text_charts import folded

if TYPE_CHECKING:
    # Only for type hints, so that commands start faster.
    from rich.console import OverflowMethod

STYLES = {
    "pass": "bold green",
    "fail": "bold red",
    "error": "bold magenta",
    "skip": "bold yellow",
    "passed": "green",
    "failed": "red",
    "skipped": "yellow",
}
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


def print_line(out: Console, line: str, *, bold: int = 0, most: int | None = None) -> None:
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
