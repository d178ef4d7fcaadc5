"""What can be said of an experiment that was not measured: theory's word, and why nothing was run."""

from typing import Protocol

from scenarios import families
from scenarios.families.base import Known, Prediction
from scenarios.phases import Phases
from scenarios.record import Record, Status
from scenarios.scenario import Scenario

# What stands in the record of an experiment that was only predicted.
NO_ENGINE = "none"


class Listener(Protocol):
    """Is told what must happen."""

    def predicted(self, scenario: Scenario, prediction: Prediction) -> None:
        """Theory has spoken; nothing was started yet."""


def predict_only(scenario: Scenario, listener: Listener, phases: Phases) -> Record:
    """Tells what must happen on the images' own platforms, and starts nothing."""
    platforms = {name: service.platform for name, service in scenario.services.items()}
    prediction = families.find(scenario.family).predict(Known(scenario, platforms))
    listener.predicted(scenario, prediction)
    return unmeasured(scenario, NO_ENGINE, prediction, "skip", "dry run: nothing was started", phases)


def unmeasured(
    scenario: Scenario,
    engine: str,
    prediction: Prediction | None,
    verdict: Status,
    why: str | None,
    phases: Phases,
    cause: str | None = None,
) -> Record:
    """A record without what is only known of a run; `cause` names the error by which the lab could not tell."""
    return Record(
        scenario=scenario.name,
        engine=engine,
        parameters=scenario.parameters,
        predicted=prediction.json() if prediction else None,
        relations=prediction.relations_json() if prediction else {},
        reason=prediction.reason if prediction else "",
        verdict=verdict,
        problem=why,
        cause=cause,
        seconds=phases.seconds(),
    )
