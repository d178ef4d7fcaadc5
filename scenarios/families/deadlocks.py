"""Threads that each need two locks: who gets through, and who waits for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.pictures import Grid, Picture
from scenarios.quantities import Exactly, Json, Quantity
from scenarios.theory.locking import ORDERS, ring, stuck

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, Sample

# What the lab calls its two looks at the program: what is the same in both stands still.
SEEN, SEEN_AGAIN = "seen", "seen again"
MAIN_THREAD = 1


def _numbers(threads: Json) -> str:
    return ", ".join(map(str, threads)) or "none" if isinstance(threads, list) else str(threads)


class Deadlocks(Plain):
    """`through` are the threads that got both locks, `waiting` is how many threads the kernel still has beside the main
    one, `seconds` the processor time that the program took between two looks.
    """

    name = "deadlocks"
    parameters: Mapping[str, Kind] = {
        "threads": Kind("threads, and locks, in a ring", whole_number, 2, 100),
        "order": Kind("in which each takes its two locks", choices=ORDERS),
    }
    services = frozenset({"ring", "visitor"})
    quantities = (
        Quantity("through", noun="got through", read=_numbers),
        Quantity("waiting", unit="threads", noun="threads wait for ever"),
        Quantity("seconds", unit="s", noun="s of processor time meanwhile", digits=2),
        ERROR,
    )

    def predict(self, known: Known) -> Prediction:
        """The circle, or none."""
        threads, order = known.scenario.number("threads"), str(known.scenario.parameters["order"])
        pairs = ring(threads, order)
        waiting = stuck(pairs)
        return Prediction(
            expected={
                "through": Exactly([number for number in range(threads) if number not in waiting]),
                "waiting": Exactly(len(waiting)),
                "seconds": Exactly(0.0),
                "error": Exactly(None),
            },
            reason=(
                f"each of {threads} threads holds its own lock and wants the next one's: a circle, in which nobody "
                f"can give back what another waits for."
                if waiting
                else f"all {threads} threads take the lower lock first: whoever holds the highest waits for nobody, so "
                "one after the other gets through."
            ),
            facts={"pairs": pairs, "stuck": waiting, "threads": len(waiting) + MAIN_THREAD},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the threads said, and what two looks from outside saw."""
        program = evidence.services["ring"]
        seen, again = (_look(evidence, moment) for moment in (SEEN, SEEN_AGAIN))
        return {
            "through": sorted(int(event["thread"]) for event in program.events if event["event"] == "through"),
            "waiting": again.threads - MAIN_THREAD if again else None,
            "seconds": round(again.cpu_seconds - seen.cpu_seconds, 2) if seen and again else None,
            "error": first_failure(evidence.services.values()),
            "rows": {
                f"thread {event['thread']}": [f"lock {event['lock']}", f"lock {event['wants']}"]
                for event in sorted(
                    (event for event in program.events if event["event"] == "holds"), key=lambda one: int(one["thread"])
                )
            },
        }

    def tell(self, service: str, event: Event) -> str | None:
        """Who holds what, and who got through."""
        match event["event"]:
            case "holds":
                return f"{service}: thread {event['thread']} holds lock {event['lock']} and wants lock {event['wants']}"
            case "through":
                return f"{service}: thread {event['thread']} has both, and is through"
            case _:
                return None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """Who held what, and what each wanted then."""
        through = {f"thread {number}" for number in measured["through"]}
        rows = {name: [*locks, "yes" if name in through else "never"] for name, locks in measured["rows"].items()}
        return (Grid("who had what", ("holds", "wants", "gets it"), rows),)


def _look(evidence: Evidence, moment: str) -> Sample | None:
    """The look at that moment; None when the program had ended. Raises as `sampled` where none was possible."""
    program = evidence.services["ring"]
    if moment in program.missed or moment in program.impossible:
        program.sampled(moment)
    return program.sample(moment)


FAMILY: Family = Deadlocks()
