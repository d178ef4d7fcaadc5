"""Threads and locks in a ring: whether they wait for each other for ever, as seen from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.quantities import Exactly, Json, Quantity
from scenarios.theory.sharing import is_ring, taken

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence


class Deadlocks(Plain):
    """`finished` is how many threads had both their locks, `waiting` how many the kernel still has some time later."""

    name = "deadlocks"
    parameters: Mapping[str, Kind] = {
        "threads": Kind("threads, each with two locks of a ring", whole_number, 2, 40),
        "order": Kind("in which each takes its two locks", choices=("opposite", "same")),
    }
    services = frozenset({"threads", "later"})
    quantities = (
        Quantity("finished", unit="threads", noun="threads finish"),
        Quantity("waiting", unit="threads", noun="wait for ever"),
        ERROR,
    )

    def predict(self, known: Known) -> Prediction:
        """All wait, or none."""
        threads, order = known.scenario.number("threads"), str(known.scenario.parameters["order"])
        ring = is_ring(*taken(threads, order))
        return Prediction(
            expected={
                "finished": Exactly(0 if ring else threads),
                "waiting": Exactly(threads if ring else 0),
                "error": Exactly(None),
            },
            reason=(
                "each holds the lock for which the one before it waits: the waits make a ring, and nobody goes on."
                if ring
                else "all take the lower lock first, so whoever holds the highest one waits for nobody."
            ),
            facts={"ring": ring},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the program said when it should have been done, and its threads beside the main one after that."""
        threads = evidence.services["threads"]
        ready, later = threads.last("ready"), threads.looked("later")
        return {
            "finished": int(ready["finished"]) if ready else None,
            "waiting": later.threads - 1 if later else None,
            "error": first_failure(evidence.services.values()),
        }


FAMILY: Family = Deadlocks()
