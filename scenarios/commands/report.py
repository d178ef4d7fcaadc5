"""The commands report and board: they draw the page of one run, and one page of all runs."""

from __future__ import annotations

import sys
from pathlib import Path

from scenarios.commands import browser
from scenarios.commands.command import say
from scenarios.errors import EXIT_PASS, EvidenceError, UsageError
from scenarios.report import board, page, sweep_page
from scenarios.results import run_directories

PROGRESS_EVERY = 20  # pages: a page takes milliseconds


def draw(run: str | None, show: bool) -> int:
    """Draws a run's page and prints its path. With `show` it opens the page."""
    return _print_path(page.draw(run_directories.find(run)), show)


def draw_board(show: bool) -> int:
    """Draws the board, and first the pages of runs that have none yet."""
    runs = run_directories.everything()
    if not runs:
        raise UsageError("there are no runs yet; make one: ./inv scenario epoll-500")
    _draw_missing([one for one in runs if not (one / page.PAGE_FILE).exists()])
    for directory, _ in sweep_page.all_records():
        try:
            sweep_page.write(directory)
        except EvidenceError as error:
            say(f"no page: {error}")
    return _print_path(board.write(runs, run_directories.RUNS), show)


def _draw_missing(runs: list[Path]) -> None:
    """Draws pages. A run without evidence, for example one that is just beginning, gets none."""
    for number, directory in enumerate(runs):
        if number % PROGRESS_EVERY == 0 and len(runs) > PROGRESS_EVERY:
            print(f"  drawing pages of older runs: {number} of {len(runs)}", file=sys.stderr)
        try:
            page.draw(directory)
        except EvidenceError as error:
            say(f"no page: {error}")


def _print_path(path: Path, show: bool) -> int:
    print(path)
    if show:
        browser.show(path)
    return EXIT_PASS
