"""What makes .venv, before there is any library: its failures are told in one line."""

import shutil
import subprocess
import sys
from pathlib import Path

from scenarios.places import ROOT


def test_a_place_that_takes_no_environment_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    made = Path(shutil.copy(ROOT / "requirements" / "install.py", tmp_path / "requirements"))
    (tmp_path / ".venv").write_text("in the way", encoding="utf-8")
    done = subprocess.run([sys.executable, made], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == f"iolab: {tmp_path / '.venv'}: File exists; .venv must belong to who runs ./inv\n"
