"""The live table of many runs: what a terminal shows of it, seen through a small terminal."""

import io
import re
import time

import pytest
from rich.console import Console

from scenarios.report import live_table
from tests.unit.builders import record


def shown(written: str) -> list[str]:
    """The lines that stand on a terminal that was sent this; it knows what the live table uses."""
    lines, row, column = [""], 0, 0
    for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+", written):
        if token == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif token == "\r":
            column = 0
        elif token.endswith("A"):
            row -= int(token[2:-1])
        elif token == "\x1b[2K":
            lines[row] = ""
        elif token[0] != "\x1b":
            lines[row] = lines[row][:column].ljust(column) + token + lines[row][column + len(token) :]
            column += len(token)
    return [line.rstrip() for line in lines]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """One terminal of 40 columns, on which both streams are."""
    written = io.StringIO()
    monkeypatch.setattr(live_table, "console", lambda stderr=False: on(written))
    return written


def on(terminal: io.StringIO) -> Console:
    return Console(file=terminal, force_terminal=True, width=40, height=24, legacy_windows=False, color_system=None)


def test_a_line_for_each_that_has_ended_stays_above_the_table(terminal: io.StringIO) -> None:
    with live_table.Screen(3, quiet=False) as screen:
        for name in ("one", "two"):
            screen.begins(name)
            screen.doing(name, "waiting for a server that is called by a long name to be ready")
        screen.ended(record(scenario="one", seconds={"total": 1.5}), on(terminal))
        under_way = shown(terminal.getvalue())
        screen.ended(record(scenario="two", seconds={"total": 2.5}), on(terminal))
    assert under_way[0].split() == ["pass", "one", "1.50", "s"]
    assert under_way[1].split() == ["1", "of", "3", "for", "now"]
    assert under_way[2].split()[:3] == ["two", "0", "s"]
    left = [line.split()[:2] for line in shown(terminal.getvalue()) if line]
    assert left == [["pass", "one"], ["pass", "two"]]


def test_what_is_left_stands_behind_what_has_ended_and_above_the_table(terminal: io.StringIO) -> None:
    with live_table.Screen(3, quiet=False) as screen:
        screen.begins("one")
        screen.ended(record(scenario="one", seconds={"total": 1.5}), on(terminal), "about 5 s left")
        screen.begins("two")
        under_way = shown(terminal.getvalue())
    assert under_way[0].endswith("about 5 s left")
    assert any(line.startswith("1 of 3, about 5 s left") for line in under_way)


def test_the_table_counts_the_seconds_while_nothing_is_new(
    terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with live_table.Screen(1, quiet=False) as screen:
        screen.begins("one")
        now += 7
        screen.goes_on()
        assert [line.split()[:3] for line in shown(terminal.getvalue()) if line][-1] == ["one", "7", "s"]
