"""The commands that write a scenario, a family and an exercise: the files pass lint and their own tests at once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scenarios import places
from tests.checkout import copy_project, inv_of

pytestmark = pytest.mark.side_by_side
COMMANDS = (
    ("new.family", "half_open"),
    ("new.scenario", "half_open", "half-open-more"),
    ("new.scenario", "sleep_order", "sleep-more"),
    ("new.exercise", "echo-poll", "serve-with-poll"),
)
WRITTEN = (
    "scenarios/families/half_open.py",
    "tests/outcomes/half_open.py",
    "labs/programs/demos/half_open.py",
    "tests/mutants/half_open.py",
    "tests/mutants/sleep_order.py",
    "tests/unit/test_half_open.py",
)
UNIT_TESTS = [
    f"tests/unit/test_{name}.py" for name in ("half_open", "mutants", "exercises", "readmes", "catalog_texts")
]
PYTEST = ("pytest", "-q", "-p", "no:cacheprovider")
# None of these may find a fault.
TOOLS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy", *WRITTEN),
    (*PYTEST, *UNIT_TESTS),
    (*PYTEST, "tests/unit/test_house.py", "-k", "half or sleep-more"),
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which each of the commands has written its files."""
    folder = copy_project(tmp_path_factory.mktemp("checkout"))
    # Its tests copy it in turn, and start ./inv, which must not install everything anew.
    assert run(folder, "git", "init", "-q").returncode == 0
    (folder / ".venv").symlink_to(places.ROOT / ".venv")
    for command in COMMANDS:
        done = run(folder, *inv_of(folder), *command)
        assert done.returncode == 0, done.stderr
        assert "\nnext   ./inv " in done.stdout
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.parametrize("tool", TOOLS, ids=" ".join)
def test_the_files_pass(tool: tuple[str, ...], copy: Path) -> None:
    done = run(copy, sys.executable, "-m", *tool)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("scenario", ["half-open", "half-open-more", "sleep-more"])
def test_the_scenarios_pass(scenario: str, copy: Path) -> None:
    done = run(copy, *inv_of(copy), "scenario", scenario, "--engine", "local", "--json")
    assert json.loads(done.stdout)["verdict"] == "pass", done.stdout + done.stderr


def test_the_mutants_of_the_family_are_rejected_and_its_parameters_come_true(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOLAB_ENGINE", "local")
    done = run(copy, sys.executable, "-m", "pytest", "-q", "tests/engine/test_mutants.py", "-k", "half-open")
    assert done.returncode == 0, done.stdout


def test_the_programs_of_the_exercise_have_the_results_that_they_must_have(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOLAB_WORKSPACE", str(tmp_path))
    local = ("--engine", "local", "--yes")
    assert run(copy, *inv_of(copy), "lab.start", "230", *local).returncode == 0
    done = run(copy, *inv_of(copy), "lab.verify", "230", *local)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "wrong/it_only_prints_that_it_is_ready.py" in done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_that_exists_is_written_over(command: tuple[str, ...], copy: Path) -> None:
    done = run(copy, *inv_of(copy), *command)
    assert (done.returncode, done.stdout) == (2, "")
    assert "already" in done.stderr
