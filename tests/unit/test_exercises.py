"""What holds for every exercise, without running one: its files, its words, and what its hints are for."""

import random
from pathlib import Path

import pytest

from labs import course, draws
from labs.exercise import Exercise, read
from labs.findings import FATES
from scenarios import families, places, spec
from scenarios.errors import SpecError

EXERCISES = {one.name: one for one in course.everything()}
NEEDED = {"README.md", "exercise.yaml", "checks.py", "starter", "solution"}
every = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def checks_of(path: Path) -> set[str]:
    """The names of a module's checks, without their test_."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.removeprefix("def test_").partition("(")[0] for line in lines if line.startswith("def test_")}


def can_be_found(exercise: Exercise) -> set[str]:
    """All that a check of it may be about."""
    found = {*FATES, *checks_of(places.CHECKS / "every_run.py"), *checks_of(exercise.checks)}
    for part in exercise.stated.parts:
        family = families.find(spec.load(part.scenario).family)
        found |= {one.key for one in family.quantities} | checks_of(places.CHECKS / f"{family.name}.py")
    return found


def test_the_folder_of_exercises_has_exercises_alone() -> None:
    stray = {path.name for path in places.EXERCISES.iterdir()} - set(EXERCISES)
    assert not stray


@every
def test_an_exercise_has_its_files_and_no_other(exercise: Exercise) -> None:
    there = {path.name for path in exercise.folder.iterdir()} - {"__pycache__"}
    assert there == NEEDED
    starter, solution = ({p.name for p in f.iterdir()} - {"__pycache__"} for f in (exercise.starter, exercise.solution))
    assert starter == solution == set(exercise.files)
    assert {file for part in exercise.stated.parts for file in part.programs.values()} <= starter


@every
def test_a_starter_has_something_to_do_and_its_solution_nothing(exercise: Exercise) -> None:
    assert any("TODO 1" in (exercise.starter / name).read_text(encoding="utf-8") for name in exercise.files)
    assert not any("TODO" in (exercise.solution / name).read_text(encoding="utf-8") for name in exercise.files)


@every
def test_each_scenario_of_an_exercise_has_the_services_and_parameters_that_it_names(exercise: Exercise) -> None:
    for part, given in zip(exercise.stated.parts, draws.draw(exercise, random.Random(1)), strict=True):
        scenario = spec.load(part.scenario, given)
        assert set(part.programs) <= set(scenario.services)
    ceiling = exercise.stated.ceiling
    if ceiling:
        scenario = spec.load(ceiling.scenario, {key: str(value) for key, value in ceiling.given.items()})
        assert set(ceiling.programs) <= set(scenario.services)
        if ceiling.exercise:
            earlier = course.find(ceiling.exercise)
            assert earlier.name < exercise.name
            assert set(ceiling.programs.values()) <= set(earlier.files)


@every
def test_what_is_said_of_a_finding_is_of_one_that_can_be_found(exercise: Exercise) -> None:
    can = can_be_found(exercise)
    called_for = [one.when for one in exercise.stated.feedback] + [one.when for one in exercise.stated.hints]
    for when in called_for:
        assert set(when) <= can, when
    family = families.find(spec.load(exercise.stated.parts[0].scenario).family)
    assert {one.key for one in exercise.stated.predict} <= {one.key for one in family.quantities}


@every
def test_where_to_look_is_a_name_of_the_starter(exercise: Exercise) -> None:
    for look in filter(None, (one.look for one in exercise.stated.feedback)):
        module, _, name = look.rpartition(".")
        files = [f"{module}.py"] if module else exercise.files
        text = "".join((exercise.starter / file).read_text(encoding="utf-8") for file in files)
        assert f"def {name}(" in text or f"class {name}" in text, look


@every
def test_a_page_tells_what_to_run_first_what_to_do_and_when_it_is_done(exercise: Exercise) -> None:
    page = (exercise.folder / "README.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {exercise.stated.title}\n")
    assert "    ./inv " in page and "## The task" in page and "## Done" in page
    assert len(page.splitlines()) <= 60


def test_a_wrong_exercise_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "exercise.yaml").write_text("title: T\nabout: A\nparts:\n  - scenario: fetch\n    programme: {}\n")
    with pytest.raises(SpecError, match=r"exercise.yaml:[45]: parts"):
        read(tmp_path)
