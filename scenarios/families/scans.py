"""One descriptor is ready among N idle ones: what one call of each mechanism costs, against N."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.pictures import Curves, Picture
from scenarios.quantities import (
    AtLeast,
    AtMost,
    CostCurve,
    Each,
    Exactly,
    Growth,
    Json,
    Quantity,
    Ratio,
    Read,
    plainly,
)
from scenarios.scenario import Scenario
from scenarios.theory import readiness

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence

MECHANISMS = ("select", "poll", "epoll")
OWN = 16
# Microseconds; a call that took no time at all took more.
LEAST = 1e-3
# Descriptors looked at in all rounds by each of the mechanisms: select and poll take about 0.2 µs for each of them
# together, and several times as long on a busy machine.
MOST_LOOKED_AT = 150_000_000


class Scans(Plain):
    """`microseconds` is the cost of one call by mechanism and N, `nothing_idle` the same without idle descriptors,
    `dearer` how many times that it is with the most idle ones, `ready` how many ready descriptors each mechanism found,
    at least and at most.
    """

    name = "scans"
    parameters: Mapping[str, Kind] = {
        "idle": Kind(
            "numbers of idle descriptors, rising, such as 50,100,400, or one", whole_number, 1, 10**6, many=True
        ),
        "rounds": Kind("rounds, of which the middle one counts", whole_number, 3, 99),
        "calls": Kind("calls of each mechanism in a round", whole_number, 100, 10_000),
    }
    services = frozenset({"loop"})
    quantities = (
        Quantity("nothing_idle", unit="µs", noun="µs with nothing idle", digits=2),
        Quantity("microseconds", unit="µs", read=lambda curve: _in_words(curve), each=True),  # defined below
        Quantity("dearer", noun="times as dear with the most idle ones as with none", digits=1, each=True),
        Quantity("ready", noun="found ready"),
        ERROR,
    )
    costs = (CostCurve("microseconds", "one call, one descriptor ready", "µs", over="idle"),)

    def problem(self, scenario: Scenario) -> str | None:
        """The numbers must let growth be seen, and select and the limit must have room for them."""
        numbers = _numbers(scenario)
        if not readiness.spread_enough(numbers):
            least, spread = readiness.LEAST_IDLE, readiness.LEAST_SPREAD
            return f"idle must be one number, or three rising ones, from {least} on, the last {spread} times the first"
        most = readiness.most_idle(scenario.services["loop"].platform)
        if numbers[-1] > most:
            return f"idle goes up to {numbers[-1]}: select has room for {most}, by the numbers of the descriptors"
        looked_at = scenario.number("rounds") * scenario.number("calls") * sum(numbers)
        if looked_at > MOST_LOOKED_AT:
            return (
                f"rounds times calls times all idle ones is {looked_at}, more than {MOST_LOOKED_AT}: it takes too long"
            )
        needed, nofile = readiness.descriptors(numbers[-1]) + OWN, scenario.services["loop"].nofile
        return f"nofile is {nofile}: {needed} are needed" if nofile < needed else None

    def predict(self, known: Known) -> Prediction:
        """Flat or linear; and alike without idle ones."""
        numbers, alike = _numbers(known.scenario), readiness.ALIKE
        pairs = (("select", "epoll"), ("poll", "epoll"), ("select", "poll"))
        dearer = AtLeast(round(readiness.dearer(numbers[-1]), 2))
        linear = tuple(Growth(name, *readiness.LINEAR) for name in ("select", "poll"))
        growth = (*linear, Growth("epoll", *readiness.FLAT)) if len(numbers) > 1 else ()
        return Prediction(
            expected={
                "nothing_idle": Each(dict.fromkeys(MECHANISMS, AtLeast(0))),
                "microseconds": Each({name: _Series(tuple(map(str, numbers))) for name in MECHANISMS}),
                "dearer": Each({"select": dearer, "poll": dearer, "epoll": AtMost(readiness.STILL_FLAT)}),
                "ready": Exactly(1),
                "error": Exactly(None),
            },
            reason="select and poll ask every descriptor at each call, epoll only has those that are ready.",
            relations={
                "nothing_idle": tuple(Ratio(over, under, 1 / alike, alike) for over, under in pairs),
                "microseconds": growth,
            },
            facts={
                "descriptors": [readiness.descriptors(idle) for idle in (0, *numbers)],
                "watched": [readiness.watched(idle) for idle in (0, *numbers)],
            },
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the program timed; `ready` is a number when all mechanisms found as many, else all that was found."""
        events = evidence.services["loop"].events
        costs = {int(event["idle"]): event["microseconds"] for event in events if event["event"] == "cost"}
        nothing, most = costs.get(0, {}), costs[max(costs)] if costs else {}
        found = {int(n) for event in events if event["event"] == "watching" for n in event["ready"].values()}
        return {
            "nothing_idle": {name: round(float(cost), 3) for name, cost in nothing.items()},
            "microseconds": {
                name: {str(idle): round(float(cost[name]), 3) for idle, cost in costs.items() if idle}
                for name in MECHANISMS
            },
            "dearer": {name: round(most[name] / max(float(nothing[name]), LEAST), 2) for name in nothing},
            "ready": found.pop() if len(found) == 1 else sorted(found),
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        """What a call costs."""
        if event["event"] != "cost":
            return None
        costs = ", ".join(f"{name} {cost:.1f}" for name, cost in event["microseconds"].items())
        return f"{service}: with {event['idle']} idle descriptors one call takes {costs} µs"

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """The cost against N."""
        series = {
            name: {float(idle): float(cost) for idle, cost in costs.items()}
            for name, costs in measured["microseconds"].items()
        }
        return (Curves("one call, one descriptor ready", "idle descriptors", "µs", series),)


class _Series(Exactly):
    """A cost for each of these numbers; what it is, is for the relations to say."""

    def difference(self, measured: Json, read: Read = plainly) -> str | None:  # noqa: ARG002 - numbers of descriptors
        """Agrees with a mapping of just these numbers."""
        found = tuple(measured) if isinstance(measured, Mapping) else ()
        return None if found == self.value else f"predicted {self.words()}, measured {_in_words(list(found))}"

    def words(self, read: Read = plainly) -> str:  # noqa: ARG002 - as above
        """The numbers."""
        return _in_words(self.json())

    def json(self) -> Json:
        """The numbers."""
        return list(self.value)


def _numbers(scenario: Scenario) -> list[int]:
    """The numbers of idle descriptors."""
    return [whole_number(part.strip()) for part in str(scenario.parameters["idle"]).split(",")]


def _in_words(curve: Json) -> str:
    """The costs of a mechanism, or the numbers of idle descriptors that there must be a cost for."""
    if isinstance(curve, Mapping):
        return f"{' '.join(f'{float(cost):.1f}' for cost in curve.values())} µs"
    return f"for {', '.join(curve)} idle"


FAMILY: Family = Scans()
