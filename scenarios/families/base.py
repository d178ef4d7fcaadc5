"""A family: one kind of experiment, and all that is particular to it; and the types that every family uses.

Only a family's module, its checks (tests/outcomes/NAME.py), its programs and its scenarios in the catalog know its
name, its parameters, its services, its events and the keys of its quantities.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from scenarios.definition.parameters import Kind
from scenarios.definition.scenario import LIMITS
from scenarios.definition.scenario import Scenario as Scenario
from scenarios.errors import Misunderstood, Unavailable
from scenarios.families.common import quantity_pictures
from scenarios.judging.prediction import Prediction as Prediction
from scenarios.judging.quantities import CostCurve, Json, Quantity
from scenarios.pictures import Cliff, Picture
from scenarios.results.events import Event as Event
from scenarios.results.evidence import Evidence as Evidence
from scenarios.results.evidence import ServiceEvidence as ServiceEvidence

# What reading an event raises if a value is missing or of a wrong type, such as an infinite number.
MISUNDERSTOOD = (KeyError, TypeError, ValueError, OverflowError)
# Measured or predicted values of a record, by the keys of the quantities.
Values = Mapping[str, Json]


@dataclass(frozen=True)
class Known:
    """All that a prediction may use.

    `platforms` gives each service's sys.platform; `limits` are those of scenario.LIMITS that the engine enforces;
    `evidence` is set once the run has ended, for what programs calibrated in it.
    """

    scenario: Scenario
    platforms: Mapping[str, str]
    evidence: Evidence | None = None
    limits: frozenset[str] = LIMITS


class Family(Protocol):
    """One kind of experiment."""

    @property
    def name(self) -> str:
        """The YAML's `family:`, and the name of its module and of its checks."""

    @property
    def parameters(self) -> Mapping[str, Kind]:
        """The parameters of its scenarios; each scenario has all that are not optional."""

    @property
    def services(self) -> frozenset[str]:
        """The services that its checks look up by name."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The quantities that it predicts and measures, in the order of the table; every family has `error`."""

    @property
    def costs(self) -> tuple[CostCurve, ...]:
        """The measured costs that a sweep can draw; it draws the first by default."""

    @property
    def needs_gil(self) -> bool:
        """Whether its predictions hold only if Python has a GIL; free-threaded builds have none."""

    def problem(self, scenario: Scenario) -> str | None:
        """A sentence for the user on what is wrong with the combination of parameters; None if nothing is."""

    def predict(self, known: Known) -> Prediction:
        """The prediction; raises UsageError if a parameter makes no sense on a platform."""

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """The measured values, by the keys of the quantities; raises MISUNDERSTOOD. Pure, to measure old runs again."""

    def tell(self, service: str, event: Event) -> str | None:
        """One line about an event, shown while the scenario runs; None for events that users need not see."""

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        """Pictures of a run. The first shows the lesson, with the prediction drawn into it. Pure.

        `measured` and `predicted` are those of the record, by the keys of the quantities; `bands` of
        families/common.py makes what a picture draws of a prediction.
        """

    def cliffs(self, scenario: Scenario) -> tuple[Cliff, ...]:
        """The most that a service can have by its mechanism, whatever its limit of descriptors is; for pictures."""


class Plain:
    """Defaults for what a family does not define."""

    quantities: tuple[Quantity, ...] = ()
    costs: tuple[CostCurve, ...] = ()
    needs_gil = False

    def problem(self, scenario: Scenario) -> str | None:  # noqa: ARG002 - the bounds of each value suffice
        return None

    def tell(self, service: str, event: Event) -> str | None:  # noqa: ARG002 - no event is shown
        return None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        return quantity_pictures(self.quantities, measured, predicted)

    def cliffs(self, scenario: Scenario) -> tuple[Cliff, ...]:  # noqa: ARG002 - only some mechanisms have one
        return ()


def predict(family: Family, known: Known) -> Prediction:
    """The prediction; raises Misunderstood if an event that it uses cannot be understood.

    Raises Unavailable if it holds with a GIL only, and a program ran without one.
    """
    if family.needs_gil and known.evidence is not None:
        _require_gil(known.evidence)
    try:
        return family.predict(known)
    except MISUNDERSTOOD as error:
        if known.evidence is None:
            raise
        raise _not_understood(error) from error


def _require_gil(evidence: Evidence) -> None:
    """A program says so in its `ready`, which labs/programs/events.py prints for all."""
    without = [name for name, one in evidence.services.items() if (one.last("ready") or {}).get("gil") is False]
    if without:
        names = ", ".join(without)
        raise Unavailable(f"the prediction holds with a GIL only, and the Python of {names} ran without one")


def measure(family: Family, evidence: Evidence) -> dict[str, Json]:
    """The measured values, with the keys of the prediction; raises Misunderstood if an event cannot be understood."""
    try:
        return family.measure(evidence)
    except MISUNDERSTOOD as error:
        raise _not_understood(error) from error


def pictures(family: Family, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
    """Pictures of a run, the headline first; none if what was measured lacks a value that they need."""
    try:
        return family.scene(scenario, measured, predicted)
    except MISUNDERSTOOD:
        return ()


def _not_understood(error: Exception) -> Misunderstood:
    return Misunderstood(f"an event of a program cannot be understood: {error!r}")


def tell(family: Family, service: str, event: Event) -> str | None:
    """One line about an event; None also for an event that lacks a value."""
    try:
        return family.tell(service, event)
    except MISUNDERSTOOD:
        return None
