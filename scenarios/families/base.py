"""What a family is: one kind of experiment, and all that is particular to it.

Nothing outside a family's module, its checks (tests/outcomes/NAME.py), its programs and its scenarios in the catalog
knows its name, its parameters, its services, its events or the keys of its quantities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from scenarios.errors import Misunderstood
from scenarios.events import Event
from scenarios.parameters import Kind
from scenarios.pictures import Cliff, Picture
from scenarios.quantities import CostCurve, Expectation, Json, Quantity
from scenarios.scenario import LIMITS, Scenario

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence


# What an event raises that lacks what is read from it, or holds what is no such value, such as an endless number.
MISUNDERSTOOD = (KeyError, TypeError, ValueError, OverflowError)


@dataclass(frozen=True)
class Known:
    """What a prediction may count with.

    `platforms` gives each service's sys.platform; `limits` are those of scenario.LIMITS that bind services; `evidence`
    is there once the run has ended, for what programs calibrated in it before they measured.
    """

    scenario: Scenario
    platforms: Mapping[str, str]
    evidence: Evidence | None = None
    limits: frozenset[str] = LIMITS


@dataclass(frozen=True)
class Prediction:
    """What must happen, and one sentence of why.

    `expected` has one expectation for each of the family's quantities; `relations` has further ones, between the
    parts of a quantity. `facts` are theory's numbers that checks compare with; `waiting` is how many seconds of
    waiting the theory foresees, so that the lab is patient enough.
    """

    expected: Mapping[str, Expectation]
    reason: str
    relations: Mapping[str, tuple[Expectation, ...]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    waiting: float = 0.0

    def json(self) -> dict[str, Json]:
        """What is expected, as --json prints it."""
        return {key: expectation.json() for key, expectation in self.expected.items()}

    def relations_json(self) -> dict[str, list[Json]]:
        """The relations, as --json prints them."""
        return {key: [one.json() for one in relations] for key, relations in self.relations.items()}


class Family(Protocol):
    """One kind of experiment."""

    @property
    def name(self) -> str:
        """The YAML's `family:`, and the name of its module and of its checks."""

    @property
    def parameters(self) -> Mapping[str, Kind]:
        """What it counts with; a scenario of its kind has all that are not optional."""

    @property
    def services(self) -> frozenset[str]:
        """Those that its checks look at by name."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What it predicts and measures, in the order in which it is shown; `error` is one of each family."""

    @property
    def costs(self) -> tuple[CostCurve, ...]:
        """What it measures of which a curve is worth a look; the first is what a sweep draws unless told otherwise."""

    def problem(self, scenario: Scenario) -> str | None:
        """What is wrong with the parameters together; None when nothing is."""

    def predict(self, known: Known) -> Prediction:
        """What must happen; raises UsageError when a parameter makes no sense on a platform."""

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What happened, by the keys of the quantities. Pure: an old run can be measured again.

        KeyError, TypeError or ValueError: an event lacks what is measured by it.
        """

    def tell(self, service: str, event: Event) -> str | None:
        """An event in words while it runs, if a reader would want to know of it."""

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """What there is to see of what was measured, by the keys of the quantities. Pure, as `measure` is."""

    def scene(self, scenario: Scenario, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """The same for who knows the scenario too: what was measured beside what theory says of its parameters."""

    def cliffs(self, scenario: Scenario) -> tuple[Cliff, ...]:
        """How much a program of it can have by its mechanism, whatever the limit of descriptors is; for pictures."""


class Plain:
    """What a family says that has nothing particular to say."""

    costs: tuple[CostCurve, ...] = ()

    def problem(self, scenario: Scenario) -> str | None:  # noqa: ARG002 - each value's own bounds are enough
        """Any values go together."""
        return None

    def tell(self, service: str, event: Event) -> str | None:  # noqa: ARG002 - nothing is worth a line
        """Nothing."""
        return None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:  # noqa: ARG002 - numbers are enough
        """None."""
        return ()

    def scene(self, scenario: Scenario, measured: Mapping[str, Json]) -> tuple[Picture, ...]:  # noqa: ARG002 - as above
        """What was measured, alone."""
        return self.pictures(measured)

    def cliffs(self, scenario: Scenario) -> tuple[Cliff, ...]:  # noqa: ARG002 - most have none but the limit
        """None."""
        return ()


def predict(family: Family, known: Known) -> Prediction:
    """What must happen; raises Misunderstood when an event that it counts with cannot be understood."""
    try:
        return family.predict(known)
    except MISUNDERSTOOD as error:
        if known.evidence is None:
            raise
        raise _not_understood(error) from error


def measure(family: Family, evidence: Evidence) -> dict[str, Json]:
    """What happened, of the same keys as its prediction; raises Misunderstood when an event cannot be understood."""
    try:
        return family.measure(evidence)
    except MISUNDERSTOOD as error:
        raise _not_understood(error) from error


def pictures(family: Family, scenario: Scenario, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
    """What there is to see; nothing where what was measured lacks what would be drawn."""
    try:
        return family.scene(scenario, measured)
    except MISUNDERSTOOD:
        return ()


def _not_understood(error: Exception) -> Misunderstood:
    return Misunderstood(f"an event of a program cannot be understood: {error!r}")


def tell(family: Family, service: str, event: Event) -> str | None:
    """An event in words; None also for one that lacks what it should tell."""
    try:
        return family.tell(service, event)
    except MISUNDERSTOOD:
        return None
