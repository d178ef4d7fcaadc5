"""CONTRIBUTING.md: the family that it shows is the one that `./inv new.family` writes, and passes lint."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scenarios import places
from scenarios.commands.new import TEMPLATES, filled

PAGE = (places.ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
(SHOWN,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_family_is_the_one_that_the_command_writes() -> None:
    words = {"name": "descriptors", "class_name": "Descriptors"}
    assert filled(TEMPLATES / "family.py.template", words) == SHOWN


@pytest.mark.parametrize("tool", ["ruff check", "ruff format --check", "mypy"])
def test_the_family_passes_lint(tool: str, tmp_path: Path) -> None:
    path = tmp_path / "descriptors.py"
    path.write_text(SHOWN, encoding="utf-8")
    settings = ("--config-file" if tool == "mypy" else "--config", str(places.ROOT / "pyproject.toml"))
    command = [sys.executable, "-m", *tool.split(), *settings, str(path)]
    done = subprocess.run(command, cwd=places.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
