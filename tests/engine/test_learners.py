"""Learners' programs on a real engine: their limits, the findings for bad ones, and commands at the same time."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from scenarios import places
from tests.engine.inv import inv, left_behind, start

EXERCISE = "010"
READY = "import os, time\nfrom labs.programs.events import emit\nemit('ready')\n"

pytestmark = [pytest.mark.engine, pytest.mark.side_by_side]


class Desk:
    """A workspace with the first exercise begun in it."""

    def __init__(self, workspace: Path) -> None:
        self.environment = {"IOLAB_WORKSPACE": str(workspace), "IOLAB_ENGINE": "docker"}
        assert inv("lab.start", EXERCISE, "--without-demo", cwd=None, **self.environment).status == 0
        self.folder = next(workspace.glob(f"{EXERCISE}-*"))
        self.progress = workspace / "progress.json"

    def check(self, program: str, **files: str) -> dict[str, Any]:
        """What a check of that program found."""
        (self.folder / "tasks.py").write_text(program, encoding="utf-8")
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(text, encoding="utf-8")
        done = inv("lab.check", "--json", cwd=None, **self.environment)
        assert "Traceback" not in done.stderr, done.stderr
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        assert done.status == 1, found
        return found

    def first(self, program: str, **files: str) -> dict[str, Any]:
        """The first finding of a check."""
        found: dict[str, Any] = self.check(program, **files)["findings"][0]
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "workspace")


def test_a_program_can_read_its_files_and_change_none(desk: Desk) -> None:
    program = READY + (
        "import helper, sys\n"
        "for path in (__file__, helper.__file__):\n"
        "    for attempt in (lambda: open(path, 'a'), lambda: os.unlink(path), lambda: os.chmod(path, 0o666)):\n"
        "        try:\n"
        "            attempt()\n"
        "        except PermissionError as error:\n"
        "            print(error, file=sys.stderr)\n"
        "        else:\n"
        "            sys.exit('it was changed')\n"
        "raise LookupError(f'{os.getuid()} {open(__file__).read().count(chr(10))} {helper.WORD}')\n"
    )
    found = desk.first(program, helper="WORD = 'helped'\n")
    assert found["told"] == f"greenlets: LookupError: 1000 {program.count(chr(10))} helped"
    assert (found["file"], found["line"]) == ("tasks.py", program.count("\n"))


@pytest.mark.parametrize(
    ("about", "program"),
    [
        ("crash", READY + "import nonsense_that_is_not_there\n"),
        ("crash", "import os\nos._exit(7)\n"),
        ("crash", "import os\nwhile True:\n    os.fork()\n"),
        ("memory", "held = []\nwhile True:\n    held.append(bytearray(10**7))\n"),
        ("hang", READY + "time.sleep(1000)\n"),
        ("flood", "for _ in range(500):\n    print('x' * 100000)\n"),
        ("order", "import sys\nsys.stdout.buffer.write(bytes(range(256)) * 1000)\n"),
    ],
)
def test_a_bad_program_gets_a_finding(desk: Desk, about: str, program: str) -> None:
    found = desk.first(program)
    assert found["about"] == about, found
    assert all(len(line) < 400 for line in found["lines"])


def test_a_check_that_is_interrupted_leaves_nothing_and_harms_no_progress(desk: Desk) -> None:
    (desk.folder / "tasks.py").write_text(READY + "time.sleep(1000)\n", encoding="utf-8")
    before = desk.progress.read_bytes()
    check = start("lab.check", **desk.environment)
    assert check.stderr
    for line in check.stderr:
        if "waiting for" in line:
            break
    check.send_signal(signal.SIGINT)
    check.communicate()
    assert check.returncode == 128 + signal.SIGINT
    assert json.loads(desk.progress.read_bytes())["exercises"].keys() == json.loads(before)["exercises"].keys()
    assert left_behind() == []


def test_two_terminals_at_once_lose_no_attempt(desk: Desk) -> None:
    solution = next(places.EXERCISES.glob(f"{EXERCISE}-*")) / "solution" / "tasks.py"
    (desk.folder / "tasks.py").write_bytes(solution.read_bytes())
    checks = [start("lab.check", "--json", **desk.environment) for _ in range(2)]
    assert [json.loads(check.communicate()[0])["result"] for check in checks] == ["passed", "passed"]
    (noted,) = json.loads(desk.progress.read_bytes())["exercises"].values()
    assert len(noted["attempts"]) == 2
