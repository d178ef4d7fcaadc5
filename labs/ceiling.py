"""The ceiling that an exercise removes: an earlier server under the load that breaks it, run before the exercise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labs import attempt, course, progress, workspace
from labs.exercise import Ceiling, Exercise
from labs.workspace import Unreadable
from scenarios.engines.base import Engine
from scenarios.experiment import Audience, Experiment, carry_out
from scenarios.record import Record
from scenarios.scenario import Scenario

# After so many seconds it counts as hung; servers that break are waited for by their clients.
TIMEOUT = 60.0
OURS = "the lab's own programs"


@dataclass(frozen=True)
class Shown:
    """What a ceiling's run showed; `whose` program it was."""

    ceiling: Ceiling
    whose: str
    scenario: Scenario
    record: Record


def show(exercise: Exercise, engine: Engine, audience: Audience) -> Shown | None:
    """Runs it; None where the exercise has none."""
    ceiling = exercise.stated.ceiling
    if ceiling is None:
        return None
    whose, folder = _folder(ceiling)
    code = attempt.codes(ceiling.programs, folder) if folder else {}
    if isinstance(code, Unreadable):
        whose, code = OURS, {}
    given = {key: str(value) for key, value in ceiling.given.items()}
    made = attempt.scenario(ceiling.scenario, given, code, f"{exercise.name}-ceiling", TIMEOUT)
    return Shown(ceiling, whose, made, carry_out(Experiment(made, engine, audience)))


def _folder(ceiling: Ceiling) -> tuple[str, Path | None]:
    """Whose programs are run: the learner's, once they passed."""
    if ceiling.exercise is None:
        return OURS, None
    earlier = course.find(ceiling.exercise)
    mine = workspace.folder(earlier)
    if progress.load().of(earlier.name).passed and mine.is_dir():
        return f"your program of {earlier.name}", mine
    return f"the solution of {earlier.name}", earlier.solution
