"""Copies of the project, in which a test may add and change files."""

import shutil
import subprocess
import sys
from pathlib import Path

from scenarios import places


def copy_project(folder: Path) -> Path:
    """Copies all files that git has or would take; returns the folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=places.ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (places.ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(places.ROOT / name, folder / name)
    return folder


def inv_of(checkout: Path) -> list[str]:
    """The words that run ./inv of a copy, with this Python."""
    return [sys.executable, str(checkout / "requirements" / "start.py"), "--search-root", str(checkout)]
