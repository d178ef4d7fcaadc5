"""Every exercise, without running it: its files, its texts, and the findings that its hints are for."""

import random
from pathlib import Path

import pytest

from labs import course, randomize
from labs.exercise import Exercise, read
from labs.findings import PROGRAM_FAULTS
from labs.trials import changed, trials, unfit_files
from scenarios import families, places
from scenarios.definition import catalog
from scenarios.errors import SpecError

EXERCISES = {one.name: one for one in course.all_exercises()}
NEEDED = {"README.md", "exercise.yaml", "checks.py", "starter", "solution", "wrong"}
SECTIONS = [f"## {one}" for one in ("How it works", "Run this first", "The task", "You pass when", "Read on")]
every = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def is_begun(exercise: Exercise) -> bool:
    """Whether it is as `./inv new.exercise` wrote it, in part at least."""
    return exercise.spec.about.startswith("TODO")


def checks_of(path: Path) -> set[str]:
    """The names of a module's checks, without their test_."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.removeprefix("def test_").partition("(")[0] for line in lines if line.startswith("def test_")}


def possible_findings(exercise: Exercise) -> set[str]:
    """Everything that a finding of it may be about."""
    found = {*PROGRAM_FAULTS, *checks_of(places.CHECKS / "every_run.py"), *checks_of(exercise.checks)}
    for part in exercise.spec.parts:
        family = families.find(catalog.load(part.scenario).family)
        found |= {one.key for one in family.quantities} | checks_of(places.CHECKS / f"{family.name}.py")
    return found


def test_the_folder_of_exercises_holds_only_exercises() -> None:
    stray = {path.name for path in places.EXERCISES.iterdir()} - set(EXERCISES)
    assert not stray


@every
def test_an_exercise_has_its_files_and_no_other(exercise: Exercise) -> None:
    there = {path.name for path in exercise.folder.iterdir()} - {"__pycache__"}
    assert there >= NEEDED
    assert unfit_files(exercise) == []
    starter, solution = ({p.name for p in f.iterdir()} - {"__pycache__"} for f in (exercise.starter, exercise.solution))
    assert starter == solution == set(exercise.files)
    assert {file for part in exercise.spec.parts for file in part.programs.values()} <= starter


@every
def test_a_starter_has_something_to_do_and_its_solution_nothing(exercise: Exercise) -> None:
    assert any("TODO 1" in (exercise.starter / name).read_text(encoding="utf-8") for name in exercise.files)
    assert not any("TODO" in (exercise.solution / name).read_text(encoding="utf-8") for name in exercise.files)


@every
def test_each_scenario_of_an_exercise_has_the_services_and_parameters_that_it_names(exercise: Exercise) -> None:
    for part, given in zip(exercise.spec.parts, randomize.draw(exercise, random.Random(1)), strict=True):
        scenario = catalog.load(part.scenario, given)
        assert set(part.programs) <= set(scenario.services)
    baseline = exercise.spec.baseline
    if baseline:
        scenario = catalog.load(baseline.scenario, {key: str(value) for key, value in baseline.given.items()})
        assert set(baseline.programs) <= set(scenario.services)
        if baseline.exercise:
            earlier = course.find(baseline.exercise)
            assert earlier.name < exercise.name
            assert set(baseline.programs.values()) <= set(earlier.files)


@every
def test_an_exercise_has_other_ways_and_six_wrong_programs_and_tells_what_was_learnt(exercise: Exercise) -> None:
    if is_begun(exercise):
        pytest.skip("its author has not finished it")
    names = [one.name for one in trials(exercise)]
    assert sum(name.startswith("wrong/") for name in names) >= 6
    assert any("print" in name for name in names if name.startswith("wrong/")), "one that only prints"
    assert exercise.spec.after
    assert {way.file for way in exercise.spec.after.ways} <= {path.name for path in exercise.other.iterdir()}
    for words in exercise.spec.after.scenarios:
        assert words.split()[0] in catalog.names()


@every
def test_the_programs_in_other_and_wrong_can_be_made_and_name_findings_that_can_occur(
    exercise: Exercise, tmp_path: Path
) -> None:
    possible = possible_findings(exercise)
    for one in trials(exercise):
        one.lay(tmp_path)
        assert one.finding is None or set(one.finding.split("|")) <= possible, one.name
        for path in tmp_path.glob("*.py"):
            compile(path.read_text(encoding="utf-8"), path.name, "exec")


def test_a_change_that_does_not_fit_the_solution_is_an_error() -> None:
    assert changed("a\nb\nc\n", "# finding: x\n@@\n a\n-b\n+d\n+e\n", Path("it.diff")) == "a\nd\ne\nc\n"
    with pytest.raises(SpecError, match="stand 2 times"):
        changed("a\na\n", "@@\n-a\n+b\n", Path("it.diff"))


@every
def test_feedback_and_hints_are_for_findings_that_can_occur(exercise: Exercise) -> None:
    possible = possible_findings(exercise)
    called_for = [one.when for one in exercise.spec.feedback] + [one.when for one in exercise.spec.hints]
    for when in called_for:
        assert set(when) <= possible, when
    family = families.find(catalog.load(exercise.spec.parts[0].scenario).family)
    assert {one.key for one in exercise.spec.predict} <= {one.key for one in family.quantities}


@every
def test_look_names_a_function_or_class_of_the_starter(exercise: Exercise) -> None:
    for look in filter(None, (one.look for one in exercise.spec.feedback)):
        module, _, name = look.rpartition(".")
        files = [f"{module}.py"] if module else exercise.files
        text = "".join((exercise.starter / file).read_text(encoding="utf-8") for file in files)
        assert f"def {name}(" in text or f"class {name}" in text, look


@every
def test_a_page_has_a_first_command_a_task_and_what_to_pass(exercise: Exercise) -> None:
    page = (exercise.folder / "README.md").read_text(encoding="utf-8")
    lines = page.splitlines()
    assert lines[0] == f"# {exercise.spec.title}"
    assert [line for line in lines if line.startswith("## ")] == SECTIONS
    assert "    ./inv " in page and page.count("](") >= 2
    assert max(map(len, lines)) <= 120
    assert 60 <= len(lines) <= 120 or is_begun(exercise)


@every
def test_the_page_of_the_course_has_a_row_for_each_exercise(exercise: Exercise) -> None:
    page = (places.EXERCISES.parent / "README.md").read_text(encoding="utf-8")
    assert f"| {exercise.number} | {exercise.spec.title} | " in page


def test_the_page_of_the_course_names_the_exercises_that_ask_for_a_prediction() -> None:
    page = (places.EXERCISES.parent / "README.md").read_text(encoding="utf-8")
    numbers = [one.number for one in EXERCISES.values() if one.spec.predict]
    assert f"({', '.join(numbers)}) ask for a prediction" in page


def test_the_error_for_a_wrong_exercise_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "exercise.yaml").write_text(
        "title: T\nabout: A\nstarter: crash\nparts:\n  - scenario: fetch\n    programme: {}\n"
    )
    with pytest.raises(SpecError, match=r"exercise.yaml:[56]: parts"):
        read(tmp_path)
