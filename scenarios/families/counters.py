"""A counter that many update: what is left of the updates, with and without a switch between read and write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.pictures import Bars, Picture
from scenarios.quantities import Between, Each, Exactly, Expectation, Json, Quantity
from scenarios.theory.sharing import least, most, taking_turns

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence

# Who counts: whether each worker is a thread, and what may happen between its read and its write.
NOTHING, ANYTHING, TURNS = "nobody else runs", "anybody may run", "all others run in turn"
WORKERS = {
    "threads": (True, NOTHING),
    "threads-switching": (True, ANYTHING),
    "threads-lock": (True, NOTHING),
    "greenlets": (False, NOTHING),
    "greenlets-switching": (False, TURNS),
}


class Counters(Plain):
    """`counted` is what the counter shows, `threads` how many threads counted, the main one among them."""

    name = "counters"
    parameters: Mapping[str, Kind] = {
        "workers": Kind("threads, or greenlets, that count", whole_number, 2, 50),
        "updates": Kind("updates of each", whole_number, 2, 5000),
    }
    services = frozenset(WORKERS)
    quantities = (Quantity("counted", each=True), Quantity("threads", noun="threads", each=True), ERROR)

    def predict(self, known: Known) -> Prediction:
        """All, or what is left when each lets the others run in the middle."""
        workers, updates = known.scenario.number("workers"), known.scenario.number("updates")
        everything = workers * updates
        left: dict[str, Expectation] = {
            NOTHING: Exactly(everything),
            ANYTHING: Between(least(workers, updates), most(workers, updates)),
            TURNS: Exactly(taking_turns(workers, updates)),
        }
        return Prediction(
            expected={
                "counted": Each({name: left[between] for name, (_, between) in WORKERS.items()}),
                "threads": Each({name: Exactly(1 + workers * threads) for name, (threads, _) in WORKERS.items()}),
                "error": Exactly(None),
            },
            reason=(
                f"{workers} times {updates} are {everything}; who lets others run between its read and its write "
                f"overwrites what they wrote, and greenlets, which take turns, keep exactly {left[TURNS].json()}."
            ),
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What each program counted, and the threads that the lab saw from outside while all were there."""
        counted = {name: event for name, one in evidence.services.items() if (event := one.last("counted"))}
        looks = {name: look for name, one in evidence.services.items() if (look := one.looked("counting"))}
        return {
            "counted": {name: int(event["value"]) for name, event in counted.items()},
            "threads": {name: look.threads for name, look in looks.items()},
            "error": first_failure(evidence.services.values()),
        }

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """What is missing of the longest bar is lost."""
        return (Bars("what the counter shows in the end", "updates", measured["counted"]),)


FAMILY: Family = Counters()
