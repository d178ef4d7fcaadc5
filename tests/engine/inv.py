"""Runs ./inv as a user does, and looks at what the engine holds afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios import places
from scenarios.engines import choose
from scenarios.engines.base import Leftover
from scenarios.results import run_directories

INV = str(places.ROOT / "inv")
WITH_CODE = (sys.executable, str(places.ROOT / "tests" / "engine" / "with_code.py"))
PATIENCE = 1200  # seconds: the first scenario of a fresh checkout builds its images


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def record(self) -> dict[str, Any]:
        """What --json printed: one object and nothing else."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found


def inv(*arguments: str, cwd: Path | None = None, command: Sequence[str] = (INV,), **environment: str) -> Done:
    """Runs ./inv to its end."""
    done = subprocess.run(
        [*command, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        cwd=cwd,
        env={**os.environ, **environment},
    )
    return Done(done.returncode, done.stdout, done.stderr)


def start(*arguments: str, command: Sequence[str] = (INV,), **environment: str) -> subprocess.Popen[str]:
    """Starts ./inv and returns at once."""
    return subprocess.Popen(
        [*command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def record(name: str, *arguments: str) -> dict[str, Any]:
    """A scenario's record, after making sure that the command ended as its verdict says."""
    done = inv("scenario", name, "--json", *arguments)
    assert done.status == 0, done.stderr + done.stdout
    return done.record


def run(name: str, *arguments: str) -> dict[str, Any]:
    """The record of a scenario that passes."""
    found = record(name, *arguments)
    assert found["verdict"] == "pass", found
    return found


def left_behind() -> list[Leftover]:
    """What the engine in use holds for dead owners of this checkout's runs; another checkout's are its own affair."""
    ours = {run_directories.run_of(directory) for directory in run_directories.everything()}
    return [thing for thing in choose.connect().leftovers() if thing.run in ours and not thing.owner_lives]
