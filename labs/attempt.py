"""One attempt at an exercise: its scenarios, with the learner's programs in them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from labs import provided, workspace
from labs.exercise import Baseline, Exercise, Part
from labs.randomize import Parameters
from labs.workspace import Unreadable
from scenarios.definition import catalog
from scenarios.definition.scenario import Code, Scenario
from scenarios.errors import EvidenceError
from scenarios.families.base import Prediction
from scenarios.pipeline.experiment import Experiment, Setup, run_experiment
from scenarios.results import evidence as evidences
from scenarios.results.evidence import Evidence
from scenarios.results.record import Record


@dataclass(frozen=True)
class PartResult:
    """The run of one part: its record and, if the run left them, its evidence and the prediction."""

    part: Part
    scenario: Scenario
    record: Record
    evidence: Evidence | None = None
    prediction: Prediction | None = None


def scenario_with(
    code: Mapping[str, Code], name: str, given: Mapping[str, str], called: str, timeout: float
) -> Scenario:
    """The catalog's scenario `name` with `code` by service; its runs are kept under the name `called`."""
    scenario = catalog.load(name, given)
    services = {key: replace(one, code=code.get(key)) for key, one in scenario.services.items()}
    return replace(scenario, name=called, services=services, timeout=timeout)


def load_code(exercise: Exercise, part: Part | Baseline, here: Path) -> dict[str, Code] | Unreadable:
    """The programs of a folder by service, or why one of them cannot run.

    They run with the modules of the lab that the `exercise` provides.
    """
    loaded: dict[str, Code] = {}
    own = part.through if isinstance(part, Part) else None
    watchers = {one.through for one in catalog.load(part.scenario).services.values()} | {own}
    modules = provided.provided(exercise, sorted(filter(None, watchers)))
    for service, entry in part.programs.items():
        code = workspace.read_code(here, entry)
        if isinstance(code, Unreadable):
            return code
        loaded[service] = replace(code, through=own, provided=modules)
    return loaded


def scenarios(exercise: Exercise, here: Path, drawn: list[Parameters]) -> list[Scenario] | Unreadable:
    """The scenario of each part with the programs of a folder, or why one of those cannot run."""
    made: list[Scenario] = []
    for part, given in zip(exercise.spec.parts, drawn, strict=True):
        code = load_code(exercise, part, here)
        if isinstance(code, Unreadable):
            return code
        made.append(scenario_with(code, part.scenario, given, exercise.name, part.timeout))
    return made


def run(exercise: Exercise, part: Part, scenario: Scenario, setup: Setup) -> PartResult:
    """Runs one part; raises UsageError for parameters that this engine cannot give."""
    experiment = Experiment(scenario, setup, checks=(exercise.checks,))
    record = run_experiment(experiment)
    if record.run is not None:
        with suppress(EvidenceError):  # the record says so
            evidence = evidences.load(Path(record.run))
            return PartResult(part, scenario, record, evidence, experiment.predict(evidence))
    return PartResult(part, scenario, record)
