"""A learner's progress: saved as a whole, by one command at a time; a damaged file is reported."""

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
        with progress.updating() as saved:
            saved.entry("010-first").attempts.append(Attempt(time=progress.now(), result="not yet"))


def test_without_a_file_everything_is_new() -> None:
    assert progress.load().entry("010-first").state == "new"


def test_saved_progress_is_loaded_again(workspace: Path) -> None:
    with progress.updating() as saved:
        saved.entry("010-first").begun = progress.now()
        saved.current = "010-first"
    again = progress.load()
    assert (again.current, again.entry("010-first").state) == ("010-first", "begun")
    assert [path.name for path in workspace.iterdir() if not path.name.startswith(".")] == [progress.FILE]


def test_commands_that_run_at_the_same_time_lose_nothing() -> None:
    fork = multiprocessing.get_context("fork")
    several = [fork.Process(target=attempts, args=(EACH,)) for _ in range(TOGETHER)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert len(progress.load().entry("010-first").attempts) == TOGETHER * EACH


def test_a_command_that_fails_while_it_writes_leaves_the_old_file(
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


def test_a_command_that_is_killed_before_it_writes_leaves_the_old_file(workspace: Path) -> None:
    attempts(1)
    before = (workspace / progress.FILE).read_bytes()
    child = os.fork()
    if child == 0:
        with progress.updating() as saved:
            saved.current = "020-second"
            os._exit(9)
    os.waitpid(child, 0)
    assert (workspace / progress.FILE).read_bytes() == before
    attempts(1)
    assert len(progress.load().entry("010-first").attempts) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"exercises": 7}', '{"exercises": {"010-first": {"hints": "x"}}}'])
def test_the_error_for_a_damaged_file_says_what_to_do(workspace: Path, text: str) -> None:
    workspace.mkdir()
    (workspace / progress.FILE).write_text(text)
    with pytest.raises(LabFailure, match=r"progress.json is damaged .*move it away to start over"):
        progress.load()


def test_keys_of_a_newer_iolab_are_ignored(workspace: Path) -> None:
    workspace.mkdir()
    (workspace / progress.FILE).write_text(json.dumps({"current": "010-first", "badges": 3}))
    assert progress.load().current == "010-first"
