"""requirements/install.py, which makes .venv before any library is installed: its errors are one line each."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from requirements import install
from scenarios.places import ROOT


def test_a_venv_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    made = Path(shutil.copy(ROOT / "requirements" / "install.py", tmp_path / "requirements"))
    (tmp_path / ".venv").write_text("in the way", encoding="utf-8")
    done = subprocess.run([sys.executable, made], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == f"iolab: {tmp_path / '.venv'}: File exists. .venv must belong to the user who runs ./inv\n"


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        ("scenario epoll-500", True),
        ("test", True),
        ("test --fast", False),
        ("scenario epoll-500 --dry-run", False),
        ("scenario epoll-500 --engine local", False),
        ("scenarios", False),
        ("", False),
    ],
)
def test_only_a_command_that_needs_images_begins_to_build_while_libraries_are_installed(
    arguments: str, needs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IOLAB_ENGINE", raising=False)
    assert install.needs_images(arguments.split()) is needs


def test_the_local_engine_needs_no_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOLAB_ENGINE", "local")
    assert not install.needs_images(["scenario", "epoll-500"])
