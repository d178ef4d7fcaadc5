"""Every exercise on real engines: its programs have the results that they must have, and it shows its baseline."""

import json
import shutil
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from labs import course
from labs.exercise import Baseline, Exercise, Part
from scenarios.definition import catalog
from tests.engine.inv import Done, inv, start

# What a check may take of its scenario's time.
AT_MOST = 1.5
VERIFIED_WITHIN = 2700.0  # seconds for all programs of all exercises, also on a busy machine
TOO_BUSY, TRIES = "this machine is too busy", 4
EXERCISES = {one.name: one for one in course.all_exercises()}


def beside(name: str, runs: Sequence[Part | Baseline]) -> Any:
    """A test of an exercise: one whose scenarios measure costs has the machine to itself."""
    alone = any(catalog.load(one.scenario).alone for one in runs)
    return pytest.param(name, marks=() if alone else (pytest.mark.side_by_side,), id=name)


class Learner:
    """A workspace of a test's own, and the commands in it."""

    def __init__(self, workspace: Path, engine: str) -> None:
        self.environment = {"IOLAB_WORKSPACE": str(workspace), "IOLAB_ENGINE": engine}
        self._workspace = workspace

    def run(self, command: str, *arguments: str) -> Done:
        return inv(command, *arguments, cwd=None, **self.environment)

    def lay(self, exercise: Exercise) -> None:
        """Copies the solution into the learner's folder."""
        shutil.copytree(exercise.solution, self._workspace / exercise.name)

    def check(self, exercise: Exercise) -> dict[str, Any]:
        """What lab.check --json prints. If the machine was too busy to tell, it checks again."""
        foresees = [word for one in exercise.spec.predict for word in ("--predict", f"{one.key}=1")]
        for _ in range(TRIES):
            done = self.run("lab.check", exercise.name, "--yes", "--json", *foresees)
            if TOO_BUSY not in done.stdout:
                break
        assert done.status == 0, done.stdout + done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture
def in_containers(tmp_path: Path) -> Learner:
    return Learner(tmp_path / "workspace", "docker")


@pytest.mark.engine
@pytest.mark.timeout(VERIFIED_WITHIN)  # it runs some hundred programs, several at a time
def test_every_program_of_every_exercise_has_the_result_that_it_must_have(in_containers: Learner) -> None:
    with start("lab.verify", **in_containers.environment) as verifying:
        try:
            stdout, stderr = verifying.communicate(timeout=VERIFIED_WITHIN - 60)
        finally:
            verifying.terminate()
    assert verifying.returncode == 0, stdout + stderr


@pytest.mark.parametrize("name", [beside(name, one.spec.parts) for name, one in EXERCISES.items()])
def test_the_solution_passes_on_the_local_engine(name: str, tmp_path: Path) -> None:
    here, exercise = Learner(tmp_path / "workspace", "local"), EXERCISES[name]
    here.lay(exercise)
    assert here.check(exercise)["result"] in ("passed", "skipped")


@pytest.mark.engine
@pytest.mark.parametrize(
    "name", [beside(name, [one.spec.baseline]) for name, one in EXERCISES.items() if one.spec.baseline]
)
def test_each_exercise_starts_with_why_the_earlier_program_breaks(name: str, in_containers: Learner) -> None:
    done = in_containers.run("lab.start", name)
    assert done.status == 0, done.stderr
    baseline = EXERCISES[name].spec.baseline
    assert baseline and "why this breaks: " in done.stdout
    assert "why  " in done.stdout or TOO_BUSY in " ".join(done.stdout.split()), done.stdout
    assert f"{EXERCISES[name].files[0]}" in done.stdout


@pytest.mark.engine
@pytest.mark.parametrize("name", ["010-generators-and-greenlets", "090-select-server"])
def test_a_check_takes_hardly_longer_than_its_scenario(name: str, in_containers: Learner) -> None:
    exercise = EXERCISES[name]
    in_containers.lay(exercise)
    ratios = []
    for _ in range(3):
        begun = time.monotonic()
        found = in_containers.check(exercise)
        checked = time.monotonic() - begun
        given = [f"{key}={value}" for key, value in found["parameters"][0].items()]
        begun = time.monotonic()
        done = in_containers.run(
            "scenario", exercise.spec.parts[0].scenario, *(word for one in given for word in ("--set", one))
        )
        assert done.status == 0, done.stdout
        ratios.append(checked / (time.monotonic() - begun))
    assert statistics.median(ratios) <= AT_MOST, ratios
