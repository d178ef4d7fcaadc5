"""lab.watch on a real terminal: it checks after every save, handles keys, continues, and restores the terminal."""

import json
import os
import signal
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs import course
from tests.engine.inv import INV
from tests.engine.terminal import Terminal

FIRST, SECOND = course.names()[:2]
READY = "q quit"

pytestmark = pytest.mark.side_by_side


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def watching(workspace: Path) -> Iterator[Terminal]:
    """A watch of the first exercise, whose starter was checked."""
    with Terminal(INV, "lab.watch", "--engine", "local", "--yes", IOLAB_WORKSPACE=str(workspace)) as terminal:
        terminal.wait_for(READY)
        yield terminal


def solve(workspace: Path, name: str) -> None:
    """Puts the solution's files in place of the learner's, as an editor does that writes a new file."""
    for path in course.find(name).solution.glob("*.py"):
        fresh = workspace / name / f".{path.name}.new"
        fresh.write_bytes(path.read_bytes())
        fresh.replace(workspace / name / path.name)


def test_a_new_learner_starts_with_the_first_exercise(watching: Terminal, workspace: Path) -> None:
    assert "attempt 1" in watching.shown and FIRST in watching.shown
    place = next(line for line in watching.shown.splitlines() if "look at" in line).split()[-1]
    path, _, line = place.rpartition(":")
    assert Path(path).is_file() and line.isdecimal()


def test_a_save_is_checked_and_a_pass_stays_until_n_is_pressed(watching: Terminal, workspace: Path) -> None:
    solve(workspace, FIRST)
    watching.wait_for("passed")
    watching.wait_for(READY)
    assert not (workspace / SECOND).exists()
    watching.press("s")
    assert "your files are the same" in watching.wait_for(READY)
    watching.press("n")
    assert SECOND in watching.wait_for(READY)
    assert (workspace / SECOND).is_dir()
    noted = json.loads((workspace / "progress.json").read_text())
    assert (noted["current"], bool(noted["exercises"][FIRST]["passed"])) == (SECOND, True)


def test_keys_show_a_hint_and_the_list_and_reset_the_exercise(watching: Terminal, workspace: Path) -> None:
    watching.press("h")
    assert "hint 1" in watching.wait_for(READY)
    watching.press("l")
    assert f"of {len(course.names())} done" in watching.wait_for(READY)
    (workspace / FIRST / course.find(FIRST).files[0]).write_text("mine = 1\n")
    watching.wait_for(READY)
    watching.press("r")
    watching.wait_for("any other key")
    watching.press("x")
    assert ".kept" not in watching.wait_for(READY)
    watching.press("r")
    watching.wait_for("any other key")
    watching.press("y")
    assert ".kept" in watching.wait_for(READY)
    watching.press("n")
    assert SECOND in watching.wait_for(READY)


def test_it_continues_where_the_learner_stopped(watching: Terminal, workspace: Path) -> None:
    watching.press("n")
    watching.wait_for(READY)
    watching.press("q")
    assert watching.end() == 0
    with Terminal(INV, "lab.watch", "--engine", "local", IOLAB_WORKSPACE=str(workspace)) as again:
        assert SECOND in again.wait_for("attempt 1")


def test_a_key_that_is_pressed_during_a_check_does_nothing(watching: Terminal, workspace: Path) -> None:
    (workspace / FIRST / course.find(FIRST).files[0]).write_text("mine = 1\n")
    watching.wait_for("attempt 2")
    watching.press("n")
    watching.press("r")
    watching.wait_for(READY)
    watching.press("l")
    shown = watching.wait_for(READY)
    assert "any other key" not in shown and not (workspace / SECOND).exists()


@pytest.mark.parametrize("how", ["q", "interrupt"])
def test_the_terminal_is_restored(watching: Terminal, how: str) -> None:
    if how == "q":
        watching.press("q")
    else:
        os.kill(watching.process.pid, signal.SIGINT)
    flags = termios.tcgetattr(watching._here)[3]
    assert watching.end() == (0 if how == "q" else 130)
    flags = termios.tcgetattr(watching._here)[3]
    assert flags & termios.ECHO and flags & termios.ICANON
