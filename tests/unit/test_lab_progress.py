"""How far a learner is: noted whole, by one command at a time, and told when it is damaged."""

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from labs import progress
from labs.progress import Attempt
from scenarios import places
from scenarios.errors import LabFailure

TOGETHER, EACH = 4, 15


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "WORKSPACE", tmp_path / "workspace")
    return tmp_path / "workspace"


def attempts(count: int) -> None:
    for _ in range(count):
        with progress.noting() as noted:
            noted.of("010-first").attempts.append(Attempt(time=progress.now(), result="not yet"))


def test_where_nothing_was_noted_everything_is_new() -> None:
    assert progress.load().of("010-first").state == "new"


def test_what_is_noted_is_there_again(workspace: Path) -> None:
    with progress.noting() as noted:
        noted.of("010-first").begun = progress.now()
        noted.current = "010-first"
    again = progress.load()
    assert (again.current, again.of("010-first").state) == ("010-first", "begun")
    assert [path.name for path in workspace.iterdir() if not path.name.startswith(".")] == [progress.FILE]


def test_several_commands_at_once_lose_nothing() -> None:
    fork = multiprocessing.get_context("fork")
    several = [fork.Process(target=attempts, args=(EACH,)) for _ in range(TOGETHER)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert len(progress.load().of("010-first").attempts) == TOGETHER * EACH


def test_a_command_that_fails_in_the_middle_of_writing_leaves_what_was_there(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts(1)
    before = (workspace / progress.FILE).read_bytes()

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(LabFailure, match="No space left on device"):
        attempts(1)
    assert (workspace / progress.FILE).read_bytes() == before


def test_a_command_that_is_killed_before_the_last_step_leaves_what_was_there(workspace: Path) -> None:
    attempts(1)
    before = (workspace / progress.FILE).read_bytes()
    child = os.fork()
    if child == 0:
        with progress.noting() as noted:
            noted.current = "020-second"
            os._exit(9)
    os.waitpid(child, 0)
    assert (workspace / progress.FILE).read_bytes() == before
    attempts(1)
    assert len(progress.load().of("010-first").attempts) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"exercises": 7}', '{"exercises": {"010-first": {"hints": "x"}}}'])
def test_a_damaged_file_is_told_with_what_to_do(workspace: Path, text: str) -> None:
    workspace.mkdir()
    (workspace / progress.FILE).write_text(text)
    with pytest.raises(LabFailure, match=r"progress.json is damaged .*move it away to begin anew"):
        progress.load()


def test_what_a_newer_iolab_noted_besides_is_no_damage(workspace: Path) -> None:
    workspace.mkdir()
    (workspace / progress.FILE).write_text(json.dumps({"current": "010-first", "badges": 3}))
    assert progress.load().current == "010-first"
