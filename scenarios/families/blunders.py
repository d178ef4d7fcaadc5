"""Servers with one classic mistake each, and one without any: what becomes of a client that does what TCP allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, failure, failure_of, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import UNITS, Kind, seconds, size, whole_number
from scenarios.pictures import Grid, Picture
from scenarios.quantities import AtLeast, AtMost, Each, Exactly, Json, Order, Quantity
from scenarios.scenario import Scenario
from scenarios.theory.byte_streams import ANSWERED, SLEEPLESS, SPINS, WAITS, Death, outcomes
from scenarios.theory.descriptors import open_before_first_client, selector_on

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, ServiceEvidence

RIGHT = "right"
MOST_LETTERS = 200
DIED = "died"


class Blunders(Plain):
    """`wrong` is what each mistake made of each thing that the client did, `right` what the server without any made of
    it; `cpu` is the processor time of those loops for which nobody had anything to do, in seconds.
    """

    name = "blunders"
    parameters: Mapping[str, Kind] = {
        # A request has twelve bytes, and one in a single piece is nothing that could go wrong.
        "piece": Kind("bytes of each piece of a request", whole_number, 1, 11),
        "size": Kind("bytes that the slow reader asks for", size, UNITS["MiB"], 64 * UNITS["MiB"], keep_text=True),
        "letters": Kind("an upload that begins with letters"),
        "digits": Kind("an upload that begins with digits", whole_number, 0, 10**9),
        "idle": Kind("seconds in which nobody sends anything", seconds, 1, 10),
    }
    services = frozenset({RIGHT, "client"})
    quantities = (
        Quantity("wrong", noun="with its mistake"),
        Quantity("right", noun="without"),
        Quantity("cpu", unit="s", digits=2),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        """The letters are letters, and each server's mistake is a known one."""
        letters = str(scenario.parameters["letters"])
        if not (letters.isascii() and letters.isalpha() and len(letters) <= MOST_LETTERS):
            return f"letters is {letters!r}: it must be 1 to {MOST_LETTERS} letters from a to z"
        unknown = scenario.services.keys() - _mistakes(scenario).keys() - self.services
        return f"there is no model of {', '.join(sorted(unknown))}" if unknown else None

    def predict(self, known: Known) -> Prediction:
        """Each mistake has a consequence of its own; without it every client is answered."""
        scenario = known.scenario
        idle = float(scenario.parameters["idle"])
        mistakes = {name: of for name, of in _mistakes(scenario).items() if name in scenario.services}
        sleepless = [name for name in SLEEPLESS if name in mistakes]
        deaths = {name: one for name, of in mistakes.items() for one in of.values() if isinstance(one, Death)}
        first = next((name for name in scenario.services if name in deaths), None)
        error = failure(first, deaths[first].kind, deaths[first].message) if first else None
        return Prediction(
            expected={
                "wrong": Each(
                    {
                        _case(name, habit): Exactly(str(one))
                        for name, of in mistakes.items()
                        for habit, one in of.items()
                    }
                ),
                "right": Each({habit: Exactly(ANSWERED) for of in mistakes.values() for habit in of}),
                "cpu": Each({RIGHT: AtMost(WAITS)} | {name: AtLeast(SPINS * idle) for name in sleepless}),
                "error": Exactly(error),
            },
            reason="TCP carries bytes and no messages, a send may take a part, and a closed descriptor's number is the "
            "next one's: who ignores that serves only a client that happens to do nothing else.",
            relations={"cpu": tuple(Order((RIGHT, name)) for name in sleepless)},
            facts={
                "dead": sorted(deaths),
                "living": sorted({RIGHT, *mistakes} - deaths.keys()),
                "descriptors": open_before_first_client(selector_on(known.platforms[RIGHT], "default")),
                "sleepless": sleepless,
            },
            waiting=idle,
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the client saw; of a server that died by it, its last words."""
        tried = [event for event in evidence.services["client"].events if event["event"] == "tried"]
        watched = {name: evidence.services[name] for name in (RIGHT, *SLEEPLESS) if name in evidence.services}
        return {
            "wrong": {
                _case(str(event["server"]), str(event["habit"])): _outcome(event, evidence)
                for event in tried
                if event["server"] != RIGHT
            },
            "right": {str(event["habit"]): str(event["outcome"]) for event in tried if event["server"] == RIGHT},
            "cpu": {name: spent for name, one in watched.items() if (spent := _spent(one)) is not None},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        """What came of a trial."""
        if event["event"] != "tried":
            return None
        return f"{service}: {event['habit']}: {event['server']}: {event['outcome']}"

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """Each mistake beside the server without it, and what its idle loop took, if that was looked at."""
        right, cpu = measured["right"], measured["cpu"]
        rows = {}
        for case, one in measured["wrong"].items():
            server, _, habit = case.partition(": ")
            # An exception's text stands above, and is too long for a table.
            rows[case] = (one.partition(": ")[0], right[habit], f"{cpu[server]:.2f} s" if server in cpu else "")
        return (Grid("what became of the client", ("with the mistake", "without", "its idle loop took"), rows),)


def _mistakes(scenario: Scenario) -> Mapping[str, Mapping[str, str | Death]]:
    """What theory foresees of every mistake."""
    letters, digits = str(scenario.parameters["letters"]), str(scenario.number("digits"))
    service = scenario.services.get(RIGHT)
    first = open_before_first_client(selector_on(service.platform if service else "linux", "default"))
    return outcomes(letters.encode(), digits.encode(), first)


def _case(server: str, habit: str) -> str:
    return f"{server}: {habit}"


def _outcome(event: Event, evidence: Evidence) -> str:
    """What the client saw, or the last words of the server."""
    error = failure_of(evidence.services[str(event["server"])]) if event["outcome"] == DIED else None
    return f"{error['type']}: {error['message']}" if error else str(event["outcome"])


def _spent(server: ServiceEvidence) -> float | None:
    """Processor time between the two looks; None of a server that was not there for both."""
    before, after = server.looked("idle"), server.looked("awake")
    return round(after.cpu_seconds - before.cpu_seconds, 2) if before and after else None


FAMILY: Family = Blunders()
