"""What a client may do that TCP allows, and what two servers make of it: one with the classic mistakes, one without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, failure, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, seconds, whole_number
from scenarios.pictures import Grid, Picture
from scenarios.quantities import AtLeast, AtMost, Each, Exactly, Json, Order, Quantity
from scenarios.theory.streams import MISTAKES, RESET, SERVED, SPINS, STEPS_OF_THE_CLOCK

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, ServiceEvidence

WRONG, RIGHT = "wrong", "right"


class Mistakes(Plain):
    """`wrong` and `right` are what each server made of everything that was tried; `cpu` is what each spent while nobody
    asked anything and one connection was half closed.
    """

    name = "mistakes"
    parameters: Mapping[str, Kind] = {
        # From 5 bytes on the first piece of `get lyrics` would name a song, and there is none of that name.
        "piece": Kind("bytes of each piece of a request", whole_number, 1, 4),
        "idle": Kind("seconds in which nobody asks anything", seconds, 0.5, 10),
    }
    services = frozenset({WRONG, RIGHT, "client"})
    quantities = (Quantity(WRONG), Quantity(RIGHT), Quantity("cpu", unit="s", digits=2), ERROR)

    def predict(self, known: Known) -> Prediction:
        """Each mistake has its own consequence; without it, every client is served."""
        idle = float(known.scenario.parameters["idle"])
        return Prediction(
            expected={
                WRONG: Each({what: Exactly(outcome) for what, outcome in MISTAKES.items()}),
                RIGHT: Each({what: Exactly(SERVED) for what in MISTAKES}),
                "cpu": Each({WRONG: AtLeast(SPINS * idle), RIGHT: AtMost(STEPS_OF_THE_CLOCK)}),
                "error": Exactly(failure(WRONG, *RESET)),
            },
            reason="TCP carries bytes and neither requests nor answers: who takes one recv for one request, or one "
            "send for a whole answer, is right only by luck.",
            relations={"cpu": (Order((RIGHT, WRONG)),)},
            waiting=idle,
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the client saw, and what the looks at both servers saw meanwhile."""
        tried = [event for event in evidence.services["client"].events if event["event"] == "tried"]
        servers = {name: evidence.services[name] for name in (RIGHT, WRONG)}
        return {
            **{name: {str(e["what"]): str(e["outcome"]) for e in tried if e["server"] == name} for name in servers},
            "cpu": {name: _spent(server) for name, server in servers.items()},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        """What came of a trial."""
        if event["event"] == "tried":
            return f"{service}: {event['what']}: the server that is {event['server']}: {event['outcome']}"
        return None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """Both servers side by side."""
        rows = {what: [measured[WRONG][what], measured[RIGHT][what]] for what in MISTAKES}
        return (Grid("what became of it", (WRONG, RIGHT), rows),)


def _spent(server: ServiceEvidence) -> float | None:
    """Processor time between the two looks; None of a server that was not there for both."""
    before, after = server.looked("idle"), server.looked("awake")
    return round(after.cpu_seconds - before.cpu_seconds, 2) if before and after else None


FAMILY: Family = Mistakes()
