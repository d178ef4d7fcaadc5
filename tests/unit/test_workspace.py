"""A learner's folder: copied without overwriting, read with its errors, moved aside by a reset."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from labs import course, workspace
from labs.exercise import Exercise
from labs.workspace import Unreadable
from scenarios import places
from scenarios.definition.scenario import Code
from scenarios.errors import UsageError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "WORKSPACE", tmp_path / "workspace")
    return tmp_path / "workspace"


@pytest.fixture
def exercise() -> Exercise:
    return course.find("010")


def test_a_start_copies_the_starter_and_overwrites_nothing(exercise: Exercise) -> None:
    made = workspace.create(exercise)
    assert [path.name for path in made] == list(exercise.files)
    mine = made[0]
    assert mine.read_bytes() == (exercise.starter / mine.name).read_bytes()
    mine.write_text("mine\n")
    assert workspace.create(exercise) == []
    assert mine.read_text() == "mine\n"


FULL = """
mount -t tmpfs -o size=64k tmpfs {place} || exit 77
cat /dev/zero > {place}/other 2>/dev/null
IOLAB_WORKSPACE={place}/workspace {inv} lab.start 010 --engine local --yes --without-demo
status=$?
rm {place}/other
IOLAB_WORKSPACE={place}/workspace {inv} lab.start 010 --engine local --yes --without-demo > /dev/null || exit
cmp {starter}/tasks.py {place}/workspace/*/tasks.py && exit $status
"""


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="a small disk needs root and unshare")
def test_a_start_on_a_full_disk_says_so_and_leaves_no_half_file_to_the_next(exercise: Exercise, tmp_path: Path) -> None:
    script = FULL.format(place=tmp_path, inv=places.ROOT / "inv", starter=exercise.starter)
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("this machine may not mount a tmpfs")
    assert done.returncode == 3, done.stdout + done.stderr
    assert re.fullmatch(
        r"iolab: the files of the exercise cannot be copied: .*: No space left on device\n", done.stderr
    )


def test_a_reset_starts_over_and_keeps_the_old_files(exercise: Exercise) -> None:
    mine = workspace.create(exercise)[0]
    mine.write_text("mine\n")
    kept = [workspace.reset(exercise), workspace.reset(exercise)]
    assert mine.read_bytes() == (exercise.starter / mine.name).read_bytes()
    assert (kept[0] / mine.name).read_text() == "mine\n"
    assert kept[0] != kept[1]


def test_a_reset_needs_an_exercise_that_is_started(exercise: Exercise) -> None:
    with pytest.raises(UsageError, match="is not started"):
        workspace.reset(exercise)


def test_all_python_files_of_the_folder_are_read(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("import helper\n")
    (tmp_path / "helper.py").write_text("# ü\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not these\n")
    assert workspace.read_code(tmp_path, "server.py") == Code(
        "server.py", {"helper.py": "# ü\n", "server.py": "import helper\n"}
    )


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"x = 1\ndef f(:\n", 2, "SyntaxError"),
        (b"def f():\n\tx = 1\n        y = 2\n", 3, "TabError"),
        (b"x = '\xff'\n", 1, "not UTF-8"),
        (b"x = 1\0\n", 1, "null bytes"),
        (b"(" * 5000, 1, "too many nested parentheses|Python cannot compile"),
        (b"x = '" + b"a" * (workspace.MAX_CHARACTERS + 1) + b"'\n", 1, "the limit is"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_run_is_reported_with_its_line(
    tmp_path: Path, content: bytes, line: int, problem: str
) -> None:
    (tmp_path / "server.py").write_bytes(content)
    found = workspace.read_code(tmp_path, "server.py")
    assert isinstance(found, Unreadable)
    assert (found.file, found.line) == ("server.py", line)
    assert any(one in found.problem for one in problem.split("|")), found.problem


def test_the_error_for_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    found = workspace.read_code(tmp_path, "server.py")
    assert isinstance(found, Unreadable) and "lab.start" in found.problem


def test_reading_a_program_does_not_run_it(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    workspace.read_code(tmp_path, "server.py")
    assert not (tmp_path / "ran").exists()


def test_a_path_is_shown_relative_to_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert workspace.display_path(tmp_path / "a" / "b.py") == "a/b.py"
    assert workspace.display_path(Path("/elsewhere/b.py")) == "/elsewhere/b.py"
