"""Lost updates of a shared counter, with and without a switch between its read and its write."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.families.base import Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import bands
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import Between, Each, Exactly, Expectation, Json, Quantity
from scenarios.pictures import Bars, Bound, Picture
from scenarios.theory.sharing import least, most, taking_turns

# By program: whether each worker is a thread, and what may happen between its read and its write.
NOTHING, ANYTHING, TURNS = "no other worker runs", "any worker may run", "all others run in turn"
WORKERS = {
    "threads": (True, NOTHING),
    "threads-switching": (True, ANYTHING),
    "threads-lock": (True, NOTHING),
    "greenlets": (False, NOTHING),
    "greenlets-switching": (False, TURNS),
}


class LostUpdates(Plain):
    """`counted` is the counter's final value, `threads` how many threads there were, with the main one."""

    name = "lost_updates"
    needs_gil = True
    parameters: Mapping[str, Kind] = {
        "workers": Kind("threads, or greenlets, that update the counter", whole_number, 2, 50),
        "updates": Kind("updates by each of them", whole_number, 2, 5000),
    }
    services = frozenset(WORKERS)
    quantities = (
        Quantity("counted", label="final count", each=True),
        Quantity("threads", noun="threads", each=True),
        ERROR,
    )

    def predict(self, known: Known) -> Prediction:
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
                f"{workers} times {updates} updates are {everything}. A worker that lets others run between its read "
                "and its write overwrites their updates; greenlets switch in turn, so exactly "
                f"{left[TURNS].json()} remain."
            ),
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        counted = {name: event for name, one in evidence.services.items() if (event := one.last("counted"))}
        looks = {name: look for name, one in evidence.services.items() if (look := one.looked("counting"))}
        return {
            "counted": {name: int(event["value"]) for name, event in counted.items()},
            "threads": {name: look.threads for name, look in looks.items()},
            "error": first_failure(evidence.services.values()),
        }

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        everything = scenario.number("workers") * scenario.number("updates")
        return (
            Bars(
                "final value of the counter",
                "updates",
                measured["counted"],
                bands(predicted["counted"]),
                limits=(Bound(everything, "every update counted"),),
            ),
        )


FAMILY: Family = LostUpdates()
