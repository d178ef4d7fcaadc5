"""One attempt at an exercise: its scenarios with the learner's programs in them, carried out as any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from labs import workspace
from labs.draws import Parameters
from labs.exercise import Exercise, Part
from labs.workspace import Unreadable
from scenarios import evidence as evidences
from scenarios import spec
from scenarios.engines.base import Engine
from scenarios.errors import EvidenceError
from scenarios.evidence import Evidence
from scenarios.experiment import Audience, Experiment, carry_out
from scenarios.families.base import Prediction
from scenarios.record import Record
from scenarios.scenario import Code, Scenario


@dataclass(frozen=True)
class Done:
    """What came of one part: its record, and the prediction and the evidence, if the run left any."""

    part: Part
    scenario: Scenario
    record: Record
    evidence: Evidence | None = None
    prediction: Prediction | None = None

    @property
    def theirs(self) -> list[str]:
        """The services that ran the learner's programs."""
        return list(self.part.programs)


def scenario(name: str, given: Mapping[str, str], code: Mapping[str, Code], called: str, timeout: float) -> Scenario:
    """A scenario of the catalog with these programs in it, under the name by which its runs are kept."""
    made = spec.load(name, given)
    services = {key: replace(one, code=code.get(key)) for key, one in made.services.items()}
    return replace(made, name=called, services=services, timeout=timeout)


def codes(programs: Mapping[str, str], here: Path, through: str | None = None) -> dict[str, Code] | Unreadable:
    """The programs of a folder by their services; or why one of them cannot be run."""
    found: dict[str, Code] = {}
    for service, entry in programs.items():
        code = workspace.code(here, entry)
        if isinstance(code, Unreadable):
            return code
        found[service] = replace(code, through=through)
    return found


def scenarios(exercise: Exercise, here: Path, drawn: list[Parameters]) -> list[Scenario] | Unreadable:
    """The scenario of each part with the programs of a folder; or why those cannot be run."""
    made: list[Scenario] = []
    for part, given in zip(exercise.stated.parts, drawn, strict=True):
        code = codes(part.programs, here, part.through)
        if isinstance(code, Unreadable):
            return code
        made.append(scenario(part.scenario, given, code, exercise.name, part.timeout))
    return made


def run(exercise: Exercise, part: Part, one: Scenario, engine: Engine, audience: Audience) -> Done:
    """Carries out one part; raises UsageError for parameters that this engine cannot give."""
    experiment = Experiment(one, engine, audience, checks=(exercise.checks,))
    record = carry_out(experiment)
    if record.run is None:
        return Done(part, one, record)
    try:
        evidence = evidences.load(Path(record.run))
        return Done(part, one, record, evidence, experiment.predict(evidence))
    except EvidenceError:  # which the record says
        return Done(part, one, record)
