"""Control handed to and fro between two of a kind: what one handover costs, and who does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.pictures import Bars, Picture
from scenarios.quantities import AtLeast, CostCurve, Each, Exactly, Json, Quantity, Ratio
from scenarios.theory import costs

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, ServiceEvidence

KINDS = (*costs.WITHIN_A_THREAD, *costs.BY_THE_KERNEL)
# How many threads each is, and in how many processes, when two take turns.
THREADS = {"generators": 1, "greenlets": 1, "threads": 2, "processes": 2}
PROCESSES = {"generators": 1, "greenlets": 1, "threads": 1, "processes": 2}
# Microseconds; a program that says that it took no time at all took more.
LEAST = 1e-3
# What the lab calls the moment at which it looks at all of them.
SEEN = "later"


class Handovers(Plain):
    """`cost` is one handover's time as a multiple of that between generators, `turns` are those that the other one had,
    `threads` and `processes` what the kernel has of it.
    """

    name = "handovers"
    parameters: Mapping[str, Kind] = {
        "turns": Kind("turns that the other one has in each round", whole_number, 1000, 100_000),
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
    costs = (CostCurve("microseconds", "one handover", "µs"),)

    def predict(self, known: Known) -> Prediction:
        """Who is switched by the interpreter is cheapest, who by the kernel dearest."""
        turns, rounds = known.scenario.number("turns"), known.scenario.number("rounds")
        times = costs.times_handed_over(turns, rounds)
        return Prediction(
            expected={
                "cost": Each({kind: AtLeast(least) for kind, least in costs.TIMES_A_GENERATOR.items()}),
                "turns": Each(dict.fromkeys(KINDS, Exactly(turns * rounds))),
                "threads": Each({kind: Exactly(count) for kind, count in THREADS.items()}),
                "processes": Each({kind: Exactly(count) for kind, count in PROCESSES.items()}),
                "error": Exactly(None),
            },
            reason=(
                "a generator is one more frame for the interpreter, a greenlet a stack to change, both within one "
                f"thread; between threads or processes the kernel does each of {times} "
                "handovers, with a sleep, a wake-up and a context switch."
            ),
            relations={
                "cost": tuple(Ratio(kind, "greenlets", costs.TIMES_A_GREENLET) for kind in costs.BY_THE_KERNEL),
            },
            facts={"switches": {kind: costs.context_switches(kind, turns, rounds) for kind in KINDS}},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """The programs' clocks and counts, and the lab's looks."""
        said = {kind: event for kind in KINDS if (event := evidence.services[kind].last("switched"))}
        took = {kind: _microseconds(event, evidence.scenario.number("turns")) for kind, event in said.items()}
        return {
            "cost": {kind: round(took[kind] / max(took["generators"], LEAST), 2) for kind in KINDS[1:]},
            "turns": {kind: int(event["turns"]) for kind, event in said.items()},
            "threads": {kind: _look(evidence.services[kind])[0] for kind in said},
            "processes": {kind: _look(evidence.services[kind])[1] for kind in said},
            "error": first_failure(evidence.services.values()),
            "microseconds": took,
        }

    def tell(self, service: str, event: Event) -> str | None:
        """That one has its numbers."""
        return f"{service}: {event['turns']} turns" if event["event"] == "switched" else None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """What one handover costs."""
        return (Bars("one handover", "µs", measured["microseconds"]),)


def _microseconds(event: Event, turns: int) -> float:
    """Microseconds of one handover in the round that was disturbed least: a preempted one is all others' time."""
    return round(min(map(float, event["seconds"])) / (costs.PER_TURN * turns) * 1e6, 4)


def _look(service: ServiceEvidence) -> tuple[int, int] | tuple[None, None]:
    """(threads, processes) of it, all that descend from it too; None for one that had ended."""
    seen = service.looked(SEEN)
    return (seen.threads, seen.processes) if seen else (None, None)


FAMILY: Family = Handovers()
