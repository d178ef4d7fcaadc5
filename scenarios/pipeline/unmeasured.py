"""The record of an experiment that was not measured: a dry run, one that this machine cannot run, or one that broke."""

from scenarios.definition.scenario import Scenario
from scenarios.judging.prediction import Prediction
from scenarios.pipeline.timings import Timings
from scenarios.results.record import Record, Status

NO_ENGINE = "none"  # the engine in the record of an experiment that was only predicted


def unmeasured(
    scenario: Scenario,
    engine: str,
    prediction: Prediction | None,
    verdict: Status,
    why: str | None,
    timings: Timings,
    cause: str | None = None,
) -> Record:
    """A record without measurements. `cause` is the name of the exception that ended the run."""
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
        seconds=timings.seconds(),
    )
