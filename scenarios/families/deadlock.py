"""Deadlock: threads that each take two locks of a ring, in opposite orders or in the same one."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.families.base import Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import band
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import Exactly, Json, Quantity
from scenarios.pictures import Bars, Picture
from scenarios.theory.sharing import is_ring, locks_of_ring


class Deadlock(Plain):
    """`finished` is how many threads got both their locks, `waiting` how many still exist some time later."""

    name = "deadlock"
    parameters: Mapping[str, Kind] = {
        "threads": Kind("threads, each of which takes two locks of a ring", whole_number, 2, 40),
        "order": Kind("the order in which each thread takes its two locks", choices=("opposite", "same")),
    }
    services = frozenset({"threads", "later"})
    quantities = (
        Quantity("finished", unit="threads", noun="threads finish"),
        Quantity("waiting", unit="threads", noun="threads wait forever"),
        ERROR,
    )

    def predict(self, known: Known) -> Prediction:
        threads, order = known.scenario.number("threads"), str(known.scenario.parameters["order"])
        ring = is_ring(*locks_of_ring(threads, order))
        return Prediction(
            expected={
                "finished": Exactly(0 if ring else threads),
                "waiting": Exactly(threads if ring else 0),
                "error": Exactly(None),
            },
            reason=(
                "each thread holds the lock that the one before it waits for. The waits form a ring, so none continues."
                if ring
                else "all threads take the lower lock first, so the thread that holds the highest lock never waits."
            ),
            facts={"ring": ring},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        threads = evidence.services["threads"]
        ready, later = threads.last("ready"), threads.looked("later")
        return {
            "finished": int(ready["finished"]) if ready else None,
            "waiting": later.threads - 1 if later else None,
            "error": first_failure(evidence.services.values()),
        }

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        words = {"finished": "got both locks", "waiting": "wait for ever"}
        counted = {word: measured[key] for key, word in words.items() if measured[key] is not None}
        return (Bars("threads", "threads", counted, {word: band(predicted[key]) for key, word in words.items()}),)


FAMILY: Family = Deadlock()
