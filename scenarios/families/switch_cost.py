"""The cost of one switch between two generators, greenlets, threads or processes."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import bands, sample_field
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import AtLeast, CostCurve, Each, Exactly, Json, Quantity, Ratio
from scenarios.pictures import Band, Bars, Picture
from scenarios.theory import costs

KINDS = (*costs.WITHIN_A_THREAD, *costs.BY_THE_KERNEL)
# How many threads and processes each kind has when two take turns.
THREADS = {"generators": 1, "greenlets": 1, "threads": 2, "processes": 2}
PROCESSES = {"generators": 1, "greenlets": 1, "threads": 1, "processes": 2}
# Microseconds: a reported time of 0 counts as this.
LEAST = 1e-3
# The moment at which the lab looks at all of them.
LATER = "later"


class SwitchCost(Plain):
    """By kind: `cost` is the time of one switch as a multiple of one between generators, `turns` is how many turns the
    other side had; `threads` and `processes` are counts.
    """

    name = "switch_cost"
    needs_gil = True
    parameters: Mapping[str, Kind] = {
        "turns": Kind("turns of the other side in each round", whole_number, 1000, 100_000),
        "rounds": Kind("rounds, of which the best one counts", whole_number, 3, 20),
    }
    services = frozenset(KINDS)
    quantities = (
        Quantity("cost", noun="times a generator's cost", digits=1, each=True),
        Quantity("turns", unit="turns", each=True),
        Quantity("threads", noun="threads", each=True),
        Quantity("processes", noun="processes", each=True),
        ERROR,
    )
    costs = (CostCurve("microseconds", "one switch", "µs"),)

    def predict(self, known: Known) -> Prediction:
        turns, rounds = known.scenario.number("turns"), known.scenario.number("rounds")
        times = costs.switches(turns, rounds)
        return Prediction(
            expected={
                "cost": Each({kind: AtLeast(least) for kind, least in costs.TIMES_A_GENERATOR.items()}),
                "turns": Each(dict.fromkeys(KINDS, Exactly(turns * rounds))),
                "threads": Each({kind: Exactly(count) for kind, count in THREADS.items()}),
                "processes": Each({kind: Exactly(count) for kind, count in PROCESSES.items()}),
                "error": Exactly(None),
            },
            reason=(
                "to resume a generator is one more frame for the interpreter; a greenlet switch also copies slices of "
                f"the thread's C stack; between threads or processes the kernel makes each of {times} switches, with a "
                "sleep, a wake-up and a context switch."
            ),
            relations={"cost": tuple(Ratio(kind, "greenlets", costs.TIMES_A_GREENLET) for kind in costs.BY_THE_KERNEL)},
            facts={
                "switches": {kind: costs.context_switches(kind, turns, rounds) for kind in KINDS},
                "writes": {kind: turns * (1 + rounds if kind == "processes" else 1) for kind in KINDS},
            },
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        said = {kind: event for kind in KINDS if (event := evidence.services[kind].last("switched"))}
        took = {kind: _microseconds(event, evidence.scenario.number("turns")) for kind, event in said.items()}
        return {
            "cost": {kind: round(took[kind] / max(took["generators"], LEAST), 2) for kind in KINDS[1:]},
            "turns": {kind: int(event["turns"]) for kind, event in said.items()},
            "threads": {kind: sample_field(evidence.services[kind], LATER, "threads") for kind in said},
            "processes": {kind: sample_field(evidence.services[kind], LATER, "processes") for kind in said},
            "error": first_failure(evidence.services.values()),
            "microseconds": took,
        }

    def tell(self, service: str, event: Event) -> str | None:
        return f"{service}: {event['turns']} turns" if event["event"] == "switched" else None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        took = measured["microseconds"]
        least = {kind: one.low * took["generators"] for kind, one in bands(predicted["cost"]).items() if one.low}
        return (
            Bars(
                "one switch",
                "µs",
                took,
                {kind: Band(low=low) for kind, low in least.items()},
                logarithmic=True,
                note="Predicted: the least that theory allows, as a multiple of a switch between generators.",
            ),
        )


def _microseconds(event: Event, turns: int) -> float:
    """Microseconds of one switch in the fastest round: in the others the program was preempted."""
    return round(min(map(float, event["seconds"])) / (costs.PER_TURN * turns) * 1e6, 4)


FAMILY: Family = SwitchCost()
