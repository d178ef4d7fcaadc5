"""Well-behaved clients beside hostile ones: what the first lose, what the server keeps, and what it has afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import MECHANISM, NOFILE, TRANSFERRED, Kind, whole_number
from scenarios.quantities import AtMost, Exactly, Json, Quantity
from scenarios.scenario import Scenario
from scenarios.theory import peers
from scenarios.theory.descriptors import FD_SETSIZE, open_before_first_client, selector_on

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, Sample, ServiceEvidence

MIB = 1024**2
BEHAVIOURS = 20
# Descriptors that are no client's, and a few to spare.
OWN = 16


class Attacks(Plain):
    """`served` are the well-behaved, `memory` is what the server took beyond its start, `descriptors` what it has when
    all have gone.
    """

    name = "attacks"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("well-behaved clients", whole_number, 1, 1000),
        "each": Kind("clients that are hostile in each of the twenty ways", whole_number, 1, 20),
        "selector": MECHANISM,
        "size": TRANSFERRED,
        "nofile": NOFILE,
    }
    services = frozenset({"server", "hostile", "client"})
    quantities = (
        Quantity("served", unit="clients", noun="served"),
        Quantity("memory", unit="MiB", noun="MiB of memory", digits=1),
        Quantity("descriptors", unit="descriptors", noun="descriptors afterwards"),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        """The server must have room for all, or it is descriptors that are tried, and not what peers can do."""
        most = peers.connections(scenario.number("clients"), scenario.number("each")) + peers.UNHEARD
        nofile, room = scenario.services["server"].nofile, FD_SETSIZE["linux"] - OWN
        if scenario.parameters["selector"] == "select" and most > room:
            return f"{most} connections at the same time are more than select has room for ({room})"
        return f"nofile is {nofile}: the server may need {most + OWN} descriptors" if nofile < most + OWN else None

    def predict(self, known: Known) -> Prediction:
        """All are served, within the bound of each peer."""
        scenario = known.scenario
        clients, each = scenario.number("clients"), scenario.number("each")
        selector = selector_on(known.platforms["server"], str(scenario.parameters["selector"]))
        descriptors = open_before_first_client(selector)
        return Prediction(
            expected={
                "served": Exactly(clients),
                "memory": AtMost(round(peers.kept(clients, each) / MIB, 1)),
                "descriptors": Exactly(descriptors),
                "error": Exactly(None),
            },
            reason=(
                f"each event and each peer has a bound, so {BEHAVIOURS * each} hostile clients cost at most one chunk "
                f"of {peers.CHUNK // 1024} KiB each, nobody waits for them, and nothing of them remains; "
                f"the kernel holds {peers.in_kernel(clients, each) // MIB} MiB for them at most."
            ),
            facts={
                "descriptors": descriptors,
                "hostile": BEHAVIOURS * each,
                "kernel_buffer": peers.DOUBLED * peers.KERNEL_BUFFER,
            },
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the clients verified, and what the looks at the server saw."""
        server = evidence.services["server"]
        at_first, after = _look(server, "ready"), _look(server, "finished")
        grown = max(one.resident for one in server.samples) - at_first.resident if at_first else None
        finished = evidence.services["client"].last("finished") or {"served": 0}
        return {
            "served": int(finished["served"]),
            "memory": None if grown is None else round(grown / MIB, 1),
            "descriptors": after.descriptors if after else None,
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        """That the attack has begun, and what came of it."""
        match event["event"]:
            case "ready" if "behaviours" in event:
                return f"{service}: {event['clients']} clients attack in {event['behaviours']} ways"
            case "finished" if "behaviours" in event:
                rounds = sum(event["behaviours"].values())
                return f"{service}: {rounds} rounds in {event['seconds']:.1f} s, {event['sent']} bytes sent"
            case "finished" if "served" in event:
                return f"{service}: {event['served']} clients were served under attack"
            case _:
                return None


def _look(server: ServiceEvidence, moment: str) -> Sample | None:
    """The first look at that moment; None when the server had ended. Raises as `looked`."""
    server.looked(moment)
    return next(iter(server.samples_at(moment)), None)


FAMILY: Family = Attacks()
