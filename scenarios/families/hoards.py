"""Clients of a server that keeps a file open for each: how many it serves, and what stops it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, failure, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.quantities import Exactly, Json, Quantity
from scenarios.theory.descriptors import Server, open_before_first_client, selector_on
from scenarios.theory.hoarding import PER_CLIENT, fate

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence

FILE = "lyrics"
LEAST_NOFILE = 24


class Hoards(Plain):
    """`served` clients got their whole song and stayed; `descriptors` are the server's with all of them, none of a
    server that had died.
    """

    name = "hoards"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients that download, and stay", whole_number, 1, 5000),
        "selector": Kind("the server's mechanism", choices=("select", "poll", "epoll", "default")),
        "nofile": Kind("the server's limit of open descriptors", whole_number, LEAST_NOFILE, 2**20, optional=True),
    }
    services = frozenset({"server", "client"})
    quantities = (
        Quantity("served", unit="clients", noun="served"),
        Quantity("descriptors", noun="descriptors"),
        ERROR,
    )

    def predict(self, known: Known) -> Prediction:
        """Where the ladder ends with two descriptors for each client."""
        scenario, platform = known.scenario, known.platforms["server"]
        selector = selector_on(platform, str(scenario.parameters["selector"]))
        open_before = open_before_first_client(selector)
        server = Server(selector, platform, scenario.services["server"].nofile, open_before, PER_CLIENT)
        served, kind, message, reason = fate(server, scenario.number("clients"), FILE)
        error = failure("server", kind, message or "", served + 1) if kind else None
        descriptors = None if kind else open_before + PER_CLIENT * served
        return Prediction(
            expected={"served": Exactly(served), "descriptors": Exactly(descriptors), "error": Exactly(error)},
            reason=reason,
            facts={"descriptors": open_before, "files": served, "file": FILE},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the clients got, and the look at the server while all of them were there."""
        server, client = evidence.services["server"], evidence.services["client"]
        refused, error = client.last("refused"), first_failure(evidence.services.values())
        if refused is not None:
            error = error or failure(client.name, str(refused["error"]), str(refused["message"]))
            error = {**error, "at_client": int(refused["client"])}
        look = server.sampled("connected") if server.exit_status is None and client.last("connected") else None
        return {
            "served": int((client.last("finished") or {"served": 0})["served"]),
            "descriptors": look.descriptors if look else None,
            "error": error,
        }

    def tell(self, service: str, event: Event) -> str | None:
        """How many stay, and who was refused."""
        match event["event"]:
            case "connected":
                return f"{service}: {event['clients']} clients have their song and stay"
            case "refused":
                return f"{service}: client {event['client']} was refused: {event['error']}: {event['message']}"
            case _:
                return None


FAMILY: Family = Hoards()
