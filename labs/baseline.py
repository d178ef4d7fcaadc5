"""The program that an exercise improves on, run before the exercise under the load that breaks it."""

from dataclasses import dataclass
from pathlib import Path

from labs import attempt, course, progress, workspace
from labs.exercise import Baseline, Exercise
from labs.workspace import Unreadable
from scenarios.definition.scenario import Code, Scenario
from scenarios.pipeline.experiment import Experiment, Setup, run_experiment
from scenarios.results.record import Record

# Seconds after which the run counts as hung.
TIMEOUT = 60.0
OURS = "the lab's own programs"


@dataclass(frozen=True)
class Shown:
    """The run of a baseline; `whose` says in words whose program ran."""

    baseline: Baseline
    whose: str
    scenario: Scenario
    record: Record


def run(exercise: Exercise, setup: Setup) -> Shown | None:
    """Runs the exercise's baseline; None if it has none."""
    baseline = exercise.spec.baseline
    if baseline is None:
        return None
    whose, folder = folder_of(baseline)
    code: dict[str, Code] | Unreadable = {}
    if folder and baseline.exercise:
        code = attempt.load_code(course.find(baseline.exercise), baseline, folder)
    if isinstance(code, Unreadable):
        whose, code = OURS, {}
    given = {key: str(value) for key, value in baseline.given.items()}
    scenario = attempt.scenario_with(code, baseline.scenario, given, f"{exercise.name}-baseline", TIMEOUT)
    return Shown(baseline, whose, scenario, run_experiment(Experiment(scenario, setup)))


def folder_of(baseline: Baseline) -> tuple[str, Path | None]:
    """Whose programs run: the learner's once they passed, else the solution."""
    if baseline.exercise is None:
        return OURS, None
    earlier = course.find(baseline.exercise)
    mine = workspace.folder(earlier)
    # After a reset, or an edit, the learner's files are not those that passed.
    if mine.is_dir() and progress.load().entry(earlier.name).passed_files == workspace.digest(mine):
        return f"your program of {earlier.name}", mine
    return f"the solution of {earlier.name}", earlier.solution
