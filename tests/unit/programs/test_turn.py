"""A program ahead of its turn: what it imports is there, and nothing else has happened."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.programs.turn import names_imported
from scenarios import places

PROGRAM = '''"""A program."""

import json
import sys
from pathlib import Path

Path(sys.argv[1]).write_text("it ran")
print(json.dumps([sys.argv[1:], __name__, sys.stdin.readline()]))
sys.exit(7)
'''


def start(tmp_path: Path, source: str, *arguments: str) -> "subprocess.Popen[str]":
    """Starts a program written down here, ahead of its turn."""
    (tmp_path / "mine.py").write_text(source, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "labs.programs.turn", "mine", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": f"{places.ROOT}:{tmp_path}", "PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_a_program_runs_when_its_line_has_come_with_its_arguments_its_input_and_its_status(tmp_path: Path) -> None:
    program = start(tmp_path, PROGRAM, str(tmp_path / "ran"), "two")
    out, err = program.communicate("start\nfor the program\n")
    assert (program.returncode, err) == (7, "")
    assert out == f'[["{tmp_path / "ran"}", "two"], "__main__", "for the program\\n"]\n'


def test_a_program_whose_turn_never_comes_has_done_nothing(tmp_path: Path) -> None:
    program = start(tmp_path, PROGRAM, str(tmp_path / "ran"))
    _, err = program.communicate("")
    assert (program.returncode, err) == (1, "the lab has gone\n")
    assert not (tmp_path / "ran").exists()


def test_the_imports_are_done_before_the_turn(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("print('imported', flush=True)\n", encoding="utf-8")
    program = start(tmp_path, "import slow\nprint('runs')\n")
    assert program.stdout is not None
    assert program.stdout.readline() == "imported\n"
    assert program.poll() is None
    assert program.communicate("start\n")[0] == "runs\n"


@pytest.mark.parametrize("source", ["import nothing_of_this_name\n", "this is no Python\n"])
def test_a_program_that_cannot_be_imported_says_so_when_its_turn_has_come(tmp_path: Path, source: str) -> None:
    program = start(tmp_path, source)
    _, err = program.communicate("start\n")
    assert program.returncode == 1
    assert err.splitlines()[-1].startswith(("ModuleNotFoundError: No module named 'nothing", "SyntaxError: "))


def test_a_patch_between_two_imports_stays_between_them() -> None:
    source = (places.PROGRAMS / "clients" / "fetch_gevent.py").read_text(encoding="utf-8")
    names = list(names_imported(source))
    assert "gevent" in names
    assert not [name for name in names if name.startswith("labs.") or name == "socket"]


@given(st.lists(st.sampled_from(["import a", "from b.c import d", "from . import e", "x = 1", '"text"']), max_size=8))
def test_only_the_imports_at_the_top_count(lines: list[str]) -> None:
    names = list(names_imported("\n".join(lines)))
    first_other = next((n for n, line in enumerate(lines) if not line.startswith(("import a", "from b"))
                        and not (n == 0 and line == '"text"')), len(lines))  # fmt: skip
    top = [line for line in lines[:first_other] if not line.startswith('"')]
    assert names == ["a" if line == "import a" else "b.c" for line in top]
