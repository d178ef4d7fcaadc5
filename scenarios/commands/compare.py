"""The command that compares two runs."""

from __future__ import annotations

import json
from pathlib import Path

from scenarios.commands import browser
from scenarios.commands.command import say
from scenarios.errors import EXIT_PASS, EvidenceError
from scenarios.report import comparison_page
from scenarios.report import side_by_side as report
from scenarios.report.terminal import console
from scenarios.results import run_directories, sweep_record


def compare(first: str, second: str, as_json: bool = False, show: bool = False) -> int:
    """Shows where two runs differ, and both results; writes their page, and with `show` opens it.

    Raises UsageError if there is no such run, EvidenceError if one is not finished or its files are damaged.
    """
    runs = _find(first), _find(second)
    comparison = comparison_page.compare(*runs)
    if as_json:
        print(json.dumps(comparison.json(), indent=1))
        return EXIT_PASS
    with comparison_page.comparing():
        report.show(comparison, console())
    _draw(runs, show)
    return EXIT_PASS


def _draw(runs: tuple[Path, Path], show: bool) -> None:
    """Writes the page. Without write permission the comparison was shown all the same, so that is no failure."""
    try:
        page = comparison_page.write(*runs)
    except EvidenceError as error:
        if show:
            raise
        say(f"no page: {error}")
        return
    print(f"  both runs in one page: {page}")
    if show:
        browser.show(page)


def _find(name: str) -> Path:
    directory = run_directories.find(name)
    if name == directory.parent.name and (found := sweep_record.point_of(directory)):
        values = ", ".join(f"{key} {value}" for key, value in found[1].parameters.items())
        say(f"the latest run of {name} is a point of a sweep ({values}); to compare another, give its id: ./inv runs")
    return directory
