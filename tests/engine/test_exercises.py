"""Every exercise on real engines: its starter fails by its first TODO, its solution passes, and wrong ones do not."""

import importlib
import json
import shutil
import statistics
import time
from pathlib import Path
from typing import Any

import pytest

from labs import course
from labs.exercise import Exercise
from scenarios import spec
from tests.engine.inv import Done, inv
from tests.exercises import Program

# What a check may take of its scenario's time.
AT_MOST = 1.5
EXERCISES = {one.name: one for one in course.everything()}
WINDOWS = {
    name
    for name, one in EXERCISES.items()
    for part in one.stated.parts
    if any(service.image == "windows" for service in spec.load(part.scenario).services.values())
}


def trials(name: str) -> Any:
    """The module of an exercise's trials."""
    return importlib.import_module(f"tests.exercises.exercise_{name[:3]}")


def beside(name: str, *values: Any) -> Any:
    """A trial of an exercise: one whose scenarios measure costs has the machine to itself."""
    alone = any(spec.load(part.scenario).alone for part in EXERCISES[name].stated.parts)
    marks = () if alone else (pytest.mark.side_by_side,)
    whats = [one if isinstance(one, str) else one.what for one in values]
    return pytest.param(name, *values, marks=marks, id=" ".join([name, *whats]))


ALL = [beside(name) for name in EXERCISES]
# On one engine and the other in turn, but for what the local one cannot run or tell.
WRONG = [
    beside(name, one, "docker" if name in WINDOWS or one.in_containers or number % 2 == 0 else "local")
    for name in EXERCISES
    for number, one in enumerate(trials(name).WRONG)
]
OTHERS = [beside(name, one) for name in EXERCISES for one in trials(name).OTHERS]


class Learner:
    """A workspace of a test's own, and the commands in it."""

    def __init__(self, workspace: Path, engine: str) -> None:
        self._environment = {"IOLAB_WORKSPACE": str(workspace), "IOLAB_ENGINE": engine}
        self._workspace = workspace

    def run(self, command: str, *arguments: str) -> Done:
        return inv(command, *arguments, cwd=None, **self._environment)

    def lay(self, exercise: Exercise, folder: Path, program: Program | None = None) -> None:
        """Copies files into the learner's folder, one of them changed."""
        mine = self._workspace / exercise.name
        mine.mkdir(parents=True, exist_ok=True)
        for name in exercise.files:
            shutil.copyfile(folder / name, mine / name)
        if program:
            path = mine / program.file
            text = path.read_text(encoding="utf-8")
            assert not program.right or program.right in text, f"{program.what}: {program.right!r} is not there"
            path.write_text(text.replace(program.right, program.text) if program.right else program.text)

    def check(self, exercise: Exercise) -> dict[str, Any]:
        """What lab.check --json prints, a prediction made wherever one is asked for."""
        foresees = [part for one in exercise.stated.predict for part in ("--predict", f"{one.key}=1")]
        done = self.run("lab.check", exercise.name, "--yes", "--json", *foresees)
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        assert done.status == {"passed": 0, "skipped": 0, "not yet": 1, "unknown": 3}[found["result"]], done
        return found


@pytest.fixture
def learner(tmp_path: Path, engine: str) -> Learner:
    return Learner(tmp_path / "workspace", engine)


@pytest.fixture
def in_containers(tmp_path: Path) -> Learner:
    return Learner(tmp_path / "workspace", "docker")


def of(found: dict[str, Any]) -> list[str]:
    return [one["about"] for one in found["findings"]]


@pytest.mark.engine
@pytest.mark.parametrize("name", ALL)
def test_the_starter_fails_with_the_effect_of_its_first_todo(name: str, in_containers: Learner) -> None:
    exercise = EXERCISES[name]
    in_containers.lay(exercise, exercise.starter)
    found = in_containers.check(exercise)
    assert found["result"] == "not yet", found
    first = found["findings"][0]
    assert first["about"] == trials(name).STARTER, found
    assert first["say"] and first["file"] in exercise.files and first["line"] > 0, first


@pytest.mark.engine
@pytest.mark.parametrize("name", ALL)
def test_the_solution_passes_three_times_in_a_row_each_time_with_other_parameters(
    name: str, in_containers: Learner
) -> None:
    exercise = EXERCISES[name]
    in_containers.lay(exercise, exercise.solution)
    found = [in_containers.check(exercise) for _ in range(3)]
    assert [one["result"] for one in found] == ["passed"] * 3, found
    if any(part.draw for part in exercise.stated.parts):
        assert len({str(one["parameters"]) for one in found}) > 1


@pytest.mark.parametrize("name", ALL)
def test_the_solution_passes_as_processes_of_this_machine(name: str, tmp_path: Path) -> None:
    here, exercise = Learner(tmp_path / "workspace", "local"), EXERCISES[name]
    here.lay(exercise, exercise.solution)
    assert here.check(exercise)["result"] == ("skipped" if name in WINDOWS else "passed")


@pytest.mark.engine
@pytest.mark.parametrize(("name", "program", "where"), WRONG)
def test_a_program_that_is_not_right_is_told_what_it_lacks(
    name: str, program: Program, where: str, tmp_path: Path
) -> None:
    here, exercise = Learner(tmp_path / "workspace", where), EXERCISES[name]
    here.lay(exercise, exercise.solution, program)
    found = here.check(exercise)
    assert found["result"] == "not yet", found
    assert program.finding in of(found), found
    # A traceback may lead into another of the learner's files.
    to = {one["file"] for one in found["findings"] if one["about"] == program.finding and not one["lines"]}
    assert not to or program.file in to, found


@pytest.mark.engine
@pytest.mark.parametrize(("name", "program"), OTHERS)
def test_a_program_that_is_right_and_written_otherwise_passes(
    name: str, program: Program, in_containers: Learner
) -> None:
    exercise = EXERCISES[name]
    in_containers.lay(exercise, exercise.solution, program)
    found = in_containers.check(exercise)
    assert found["result"] == "passed", found


@pytest.mark.engine
@pytest.mark.side_by_side
@pytest.mark.parametrize("name", [name for name, one in EXERCISES.items() if one.stated.ceiling])
def test_each_exercise_begins_with_what_it_removes(name: str, in_containers: Learner) -> None:
    done = in_containers.run("lab.start", name)
    assert done.status == 0, done.stderr
    ceiling = EXERCISES[name].stated.ceiling
    assert ceiling and "could not be shown" not in done.stdout, done.stdout
    assert "ceiling" in done.stdout and "why" in done.stdout
    assert f"{EXERCISES[name].files[0]}" in done.stdout


@pytest.mark.engine
@pytest.mark.parametrize("name", ["010-generators-and-greenlets", "080-select-server"])
def test_a_check_takes_hardly_longer_than_its_scenario(name: str, in_containers: Learner) -> None:
    exercise = EXERCISES[name]
    in_containers.lay(exercise, exercise.solution)
    ratios = []
    for _ in range(3):
        begun = time.monotonic()
        found = in_containers.check(exercise)
        checked = time.monotonic() - begun
        given = [f"{key}={value}" for key, value in found["parameters"][0].items()]
        begun = time.monotonic()
        done = in_containers.run(
            "scenario", exercise.stated.parts[0].scenario, *(word for one in given for word in ("--set", one))
        )
        assert done.status == 0, done.stdout
        ratios.append(checked / (time.monotonic() - begun))
    assert statistics.median(ratios) <= AT_MOST, ratios


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_is_tried_with_programs_that_are_not_right(name: str) -> None:
    whats = [one.what for one in trials(name).WRONG]
    assert any("print" in what for what in whats), f"none of {whats} only prints"
    assert trials(name).OTHERS, "another way to write it"
