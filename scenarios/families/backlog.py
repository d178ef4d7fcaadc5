"""Clients of servers that do not accept: how many connections the kernel completes, and what becomes of the others."""

from collections.abc import Mapping, Sequence

from scenarios.definition.parameters import Kind, seconds, whole_number
from scenarios.definition.scenario import Scenario
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Values
from scenarios.families.common import bands, quantity_pictures
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import AtLeast, Between, Each, Exactly, Json, Quantity
from scenarios.pictures import Bars, Bound, Picture

# RFC 6298, 2.1, and Linux' TCP_TIMEOUT_INIT: seconds until a SYN without an answer is sent again. The kernel's timers
# are as coarse as its tick, at most 10 ms. The second retry comes a second later, or two on kernels before 6.5.
RETRY, TICK, SECOND_RETRY = 1.0, 0.01, 2.0
PATIENCE = 3.5  # seconds that the client waits by default
SERVERS = ("full", "late")


class Backlog(Plain):
    """By server: `at_once` counts the connections that their first SYN made, `retried` those that a later one made.

    `wait` is the shortest time of a connection that was retried. `full` never accepts, `late` does after a while.
    """

    name = "backlog"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("connections that are begun at the same time, to each server", whole_number, 1, 500),
        "backlog": Kind("the argument of listen()", whole_number, 0, 1000),
        "somaxconn": Kind("net.core.somaxconn of the server's machine", whole_number, 1, 65535),
        "after": Kind("seconds after the first connection until `late` accepts", seconds, 0.1, 0.6),
    }
    services = frozenset({*SERVERS, "client"})
    quantities = (
        Quantity("at_once", label="made at once", unit="connections", noun="connections made at once"),
        Quantity("retried", label="made by a retry", unit="connections", noun="connections made by a retry"),
        Quantity("wait", label="wait of a retry", unit="s", noun="s until a retry", digits=2),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        """A second burst must fit too: beyond the queue a handshake may end on the client's side alone."""
        clients, most = scenario.number("clients"), 2 * _queue(scenario)
        return f"clients is {clients}: it must be at most twice the queue, which is {most}" if clients > most else None

    def predict(self, known: Known) -> Prediction:
        """Linux: a SYN is dropped while the queue is longer than min(backlog, somaxconn), so it holds one more."""
        clients, queue = known.scenario.number("clients"), _queue(known.scenario)
        first = min(clients, queue)
        left = clients - first
        strict = Prediction(
            expected={
                "at_once": Each(dict.fromkeys(SERVERS, Exactly(first))),
                "retried": Each({"full": Exactly(0), "late": Exactly(left)}),
                "wait": Between(RETRY - TICK, SECOND_RETRY) if left else Exactly(None),
                "error": Exactly(None),
            },
            reason=f"the queue takes min(backlog, somaxconn) + 1 = {queue} connections. The kernel drops the SYN of "
            f"every further client, which sends it again after {RETRY:g} s.",
            facts={"queue": first, "clients": clients},
            waiting=PATIENCE,
        )
        if known.evidence is None:
            return strict
        measured = self.measure(known.evidence)
        bounded = {
            "at_once": Each({"full": Exactly(first), "late": Between(first, clients)}),
            "retried": Each({"full": Exactly(0), "late": Between(0, left)}),
            "wait": Exactly(None) if measured["wait"] is None else AtLeast(RETRY - TICK),
        }
        return strict.unless_late(measured, bounded, _late(known.evidence))

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        settled = evidence.services["client"].last("settled") or {"connections": {}}
        made = {name: list(settled["connections"].get(name, ())) for name in SERVERS} if settled["connections"] else {}
        return {
            "at_once": {name: len(those) - len(_retried(those)) for name, those in made.items()},
            "retried": {name: len(_retried(those)) for name, those in made.items()},
            "wait": min(_retried(made.get("late", ())), default=None),
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        match event["event"]:
            case "accepting":
                return f"{service}: accepts, {event['after']:.2f} s after its first client"
            case "settled":
                made = ", ".join(f"{len(those)} to {name}" for name, those in event["connections"].items())
                return f"{service}: connections made: {made}"
        return None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        """The queue first: how many connections the kernel makes before a server accepts one."""
        lines = (
            Bound(_queue(scenario), "min(backlog, somaxconn) + 1"),
            Bound(scenario.number("clients"), "the number of clients"),
        )
        made = Bars(
            "connections made before the server accepts",
            "connections",
            measured["at_once"],
            bands(predicted["at_once"]),
            lines,
            note="full never accepts; late accepts after a while.",
        )
        return (made, *quantity_pictures(self.quantities[1:], measured, predicted))


def _queue(scenario: Scenario) -> int:
    """How many connections the kernel completes before the server accepts one."""
    return min(scenario.number("backlog"), scenario.number("somaxconn")) + 1


def _retried(made: Sequence[Sequence[float]]) -> list[float]:
    """The seconds of those connections whose SYN was sent again."""
    return [float(seconds) for seconds, retries in made if retries]


def _late(evidence: Evidence) -> str | None:
    """Why this machine was too slow for the bounds in time; None if it was not."""
    begun, accepting = evidence.services["client"].last("begun"), evidence.services["late"].last("accepting")
    asked = float(evidence.scenario.parameters["after"])
    if begun is None or float(begun["within"]) >= asked / 2:
        return "the client was too slow to begin its connections at the same time"
    if accepting is None or float(accepting["after"]) >= RETRY - TICK:
        return "the server was too slow to accept before the first retry"
    return None


FAMILY: Family = Backlog()
