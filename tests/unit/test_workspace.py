"""A learner's folder: laid out without overwriting, read with what is wrong in it, put aside by a reset."""

from pathlib import Path

import pytest

from labs import course, workspace
from labs.exercise import Exercise
from labs.workspace import Unreadable
from scenarios import places
from scenarios.errors import UsageError
from scenarios.scenario import Code


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "WORKSPACE", tmp_path / "workspace")
    return tmp_path / "workspace"


@pytest.fixture
def exercise() -> Exercise:
    return course.find("010")


def test_a_start_lays_out_the_starter_and_overwrites_nothing(exercise: Exercise) -> None:
    made = workspace.begin(exercise)
    assert [path.name for path in made] == list(exercise.files)
    mine = made[0]
    assert mine.read_bytes() == (exercise.starter / mine.name).read_bytes()
    mine.write_text("mine\n")
    assert workspace.begin(exercise) == []
    assert mine.read_text() == "mine\n"


def test_a_reset_begins_anew_and_keeps_what_was_there(exercise: Exercise) -> None:
    mine = workspace.begin(exercise)[0]
    mine.write_text("mine\n")
    kept = [workspace.reset(exercise), workspace.reset(exercise)]
    assert mine.read_bytes() == (exercise.starter / mine.name).read_bytes()
    assert (kept[0] / mine.name).read_text() == "mine\n"
    assert kept[0] != kept[1]


def test_a_reset_of_what_was_not_begun_is_told(exercise: Exercise) -> None:
    with pytest.raises(UsageError, match="was not begun"):
        workspace.reset(exercise)


def test_all_python_files_of_the_folder_come_along(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("import helper\n")
    (tmp_path / "helper.py").write_text("# ü\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not these\n")
    assert workspace.code(tmp_path, "server.py") == Code(
        "server.py", {"helper.py": "# ü\n", "server.py": "import helper\n"}
    )


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"x = 1\ndef f(:\n", 2, "SyntaxError"),
        (b"def f():\n\tx = 1\n        y = 2\n", 3, "TabError"),
        (b"x = '\xff'\n", 1, "not UTF-8"),
        (b"x = 1\0\n", 1, "null bytes"),
        (b"(" * 5000, 1, "too many nested parentheses|Python cannot read"),
        (b"x = '" + b"a" * (workspace.MOST_BYTES + 1) + b"'\n", 1, "at most"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_run_is_told_with_its_line(
    tmp_path: Path, content: bytes, line: int, problem: str
) -> None:
    (tmp_path / "server.py").write_bytes(content)
    found = workspace.code(tmp_path, "server.py")
    assert isinstance(found, Unreadable)
    assert (found.file, found.line) == ("server.py", line)
    assert any(one in found.problem for one in problem.split("|")), found.problem


def test_a_file_that_is_missing_is_told_with_what_to_do(tmp_path: Path) -> None:
    found = workspace.code(tmp_path, "server.py")
    assert isinstance(found, Unreadable) and "lab.start" in found.problem


def test_reading_a_program_does_not_run_it(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    workspace.code(tmp_path, "server.py")
    assert not (tmp_path / "ran").exists()


def test_a_path_is_shown_as_an_editor_opens_it_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert workspace.shown(tmp_path / "a" / "b.py") == "a/b.py"
    assert workspace.shown(Path("/elsewhere/b.py")) == "/elsewhere/b.py"
