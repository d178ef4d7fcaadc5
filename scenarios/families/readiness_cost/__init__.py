"""One ready descriptor among N idle ones: the cost of one call of select, poll and epoll against N."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import bands
from scenarios.families.readiness_cost import theory
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import AtLeast, AtMost, CostCurve, Each, Exactly, Growth, Json, Quantity, Ratio
from scenarios.pictures import Band, Bars, Curves, Picture

MECHANISMS = ("select", "poll", "epoll")
OWN = 16
# Microseconds: a reported time of 0 counts as this.
LEAST = 1e-3
# Descriptors that each mechanism looks at in all rounds: select and poll together take about 0.2 µs for each, and
# several times as long on a busy machine.
MOST_LOOKED_AT = 150_000_000


class ReadinessCost(Plain):
    """`microseconds` is the cost of one call by mechanism and N, `nothing_idle` that without idle descriptors, `dearer`
    the cost with the most idle ones as a multiple of that, `ready` how many ready descriptors each mechanism found.
    """

    name = "readiness_cost"
    parameters: Mapping[str, Kind] = {
        "idle": Kind("idle descriptors: one number, or several such as 50,100,400", whole_number, 1, 10**6, many=True),
        "rounds": Kind("rounds, of which the median counts", whole_number, 3, 99),
        "calls": Kind("calls of each mechanism in a round", whole_number, 100, 10_000),
    }
    services = frozenset({"loop"})
    quantities = (
        Quantity("nothing_idle", label="one call, none idle", unit="µs", noun="µs without idle descriptors", digits=2),
        Quantity("microseconds", label="one call", unit="µs", read=theory.in_words, each=True),
        Quantity("dearer", label="cost ratio", noun="times the cost without idle descriptors", digits=1, each=True),
        Quantity("ready", label="descriptors found ready", noun="descriptors found ready"),
        ERROR,
    )
    costs = (CostCurve("microseconds", "one call with one ready descriptor", "µs", over="idle"),)

    def problem(self, scenario: Scenario) -> str | None:
        numbers = _numbers(scenario)
        if not theory.spread_enough(numbers):
            least, spread = theory.LEAST_IDLE, theory.LEAST_SPREAD
            return f"idle must be one number, or three that rise: {least} or more, the last {spread} times the first"
        most = theory.most_idle(scenario.services["loop"].platform)
        if numbers[-1] > most:
            return f"idle has {numbers[-1]}: it must be at most {most}, since select refuses higher descriptor numbers"
        looked_at = scenario.number("rounds") * scenario.number("calls") * sum(numbers)
        if looked_at > MOST_LOOKED_AT:
            return f"rounds * calls * the sum of idle is {looked_at}: it must be at most {MOST_LOOKED_AT}"
        needed, nofile = theory.descriptors(numbers[-1]) + OWN, scenario.services["loop"].nofile
        return f"nofile is {nofile}: it must be at least {needed}" if nofile < needed else None

    def predict(self, known: Known) -> Prediction:
        numbers, alike = _numbers(known.scenario), theory.ALIKE
        pairs = (("select", "epoll"), ("poll", "epoll"), ("select", "poll"))
        costlier = AtLeast(round(theory.times_the_cost(numbers[-1]), 2))
        linear = tuple(Growth(name, *theory.LINEAR) for name in ("select", "poll"))
        growth = (*linear, Growth("epoll", *theory.FLAT)) if len(numbers) > 1 else ()
        return Prediction(
            expected={
                "nothing_idle": Each(dict.fromkeys(MECHANISMS, AtLeast(0))),
                "microseconds": Each({name: theory.Series([*map(str, numbers)]) for name in MECHANISMS}),
                "dearer": Each({"select": costlier, "poll": costlier, "epoll": AtMost(theory.STILL_FLAT)}),
                "ready": Exactly(1),
                "error": Exactly(None),
            },
            reason="select and poll check every descriptor at each call; epoll keeps a list of those that are ready.",
            relations={
                "nothing_idle": tuple(Ratio(over, under, 1 / alike, alike) for over, under in pairs),
                "microseconds": growth,
            },
            facts={
                "descriptors": [theory.descriptors(idle) for idle in (0, *numbers)],
                "watched": [theory.watched(idle) for idle in (0, *numbers)],
            },
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """`ready` is a number if all mechanisms found as many, else a list of all counts."""
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
        if event["event"] != "cost":
            return None
        costs = ", ".join(f"{name} {cost:.1f}" for name, cost in event["microseconds"].items())
        return f"{service}: with {event['idle']} idle descriptors one call takes {costs} µs"

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        """From the first measured cost on, the growth that theory allows; and how many times the cost it becomes."""
        series = {
            name: {float(idle): float(cost) for idle, cost in costs.items()}
            for name, costs in measured["microseconds"].items()
        }
        powers = {name: theory.FLAT if name == "epoll" else theory.LINEAR for name in series}
        growth = {name: _growing(points, *powers[name]) for name, points in series.items() if len(points) > 1}
        curves = Curves(
            "one call with one ready descriptor",
            "idle descriptors",
            "µs",
            series,
            predicted=growth,
            guides={"slope 1: proportional": _proportional(series["select"])} if growth else {},
            note="Predicted: the growth that theory allows from each first point on.",
        )
        times = Bars(
            "cost with the most idle descriptors, as a multiple of the cost with none",
            "times",
            measured["dearer"],
            bands(predicted["dearer"]),
        )
        return (curves, times) if growth else (times,)


def _growing(points: Mapping[float, float], low: float, high: float) -> dict[float, Band]:
    """The costs that growth as N to a power from `low` to `high` allows from the first point on."""
    first = min(points)
    return {n: Band(points[first] * (n / first) ** low, points[first] * (n / first) ** high) for n in sorted(points)}


def _proportional(points: Mapping[float, float]) -> dict[float, float]:
    """A line of slope 1 above the curve: the cost if it were all in proportion to N."""
    first, last = min(points), max(points)
    return {n: 2 * points[first] * n / first for n in (first, last)}


def _numbers(scenario: Scenario) -> list[int]:
    return [whole_number(part.strip()) for part in str(scenario.parameters["idle"]).split(",")]


FAMILY: Family = ReadinessCost()
