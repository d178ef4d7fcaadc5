"""The commands on pages: a run's page drawn again, and the board over all runs."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

from scenarios import rundirs
from scenarios.commands.command import say
from scenarios.errors import EXIT_PASS, EvidenceError, LabFailure, UsageError
from scenarios.report import board, page

# The page of a run is a matter of milliseconds; so many without one are worth a word.
MANY = 20


def draw(run: str | None, show: bool) -> int:
    """Draws a run's page, prints where it is, and shows it if wanted."""
    return _there(page.draw(rundirs.find(run)), show)


def draw_board(show: bool) -> int:
    """Draws the board, and the pages of those runs that have none, from before there were pages."""
    runs = rundirs.everything()
    if not runs:
        raise UsageError("there are no runs yet; make one: ./inv scenario epoll-500")
    _draw_missing([one for one in runs if not (one / page.PAGE_FILE).exists()])
    return _there(board.write(runs, rundirs.RUNS), show)


def _draw_missing(runs: list[Path]) -> None:
    """One that left nothing, such as one that is just beginning, stays without a page."""
    for number, directory in enumerate(runs):
        if number % MANY == 0 and len(runs) > MANY:
            print(f"  drawing the pages of older runs: {number} of {len(runs)}", file=sys.stderr)
        try:
            page.draw(directory)
        except EvidenceError as error:
            say(f"no page: {error}")


def _there(path: Path, show: bool) -> int:
    print(path)
    if show and not webbrowser.open(path.as_uri()):
        raise LabFailure(f"no browser was found on this machine; open it yourself: {path}")
    return EXIT_PASS
