"""Many clients download from one server and upload to it at the same time: how many it serves, and what stops it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, failure, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import MECHANISM, NOFILE, TRANSFERRED, Kind, whole_number
from scenarios.pictures import Bars, Bound, Cliff, Picture
from scenarios.quantities import Exactly, Json, Quantity
from scenarios.scenario import Scenario
from scenarios.theory.descriptors import (
    FD_SETSIZE,
    LISTENERS,
    Server,
    descend,
    open_before_first_client,
    selector_on,
    walls,
)

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, ServiceEvidence

# Ports 32768-60999 are all that one address can use to connect to one server's port (ip_local_port_range).
MOST_CLIENTS = 28232


class Transfers(Plain):
    """Served are the clients whose every request was answered correctly until the end, or until the server's death."""

    name = "transfers"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients connected at the same time", whole_number, 1, MOST_CLIENTS),
        "selector": MECHANISM,
        "size": TRANSFERRED,
        "nofile": NOFILE,
        "model": Kind("how the client holds its connections", choices=("threads", "epoll", "ragged"), optional=True),
    }
    services = frozenset({"server", "client"})
    quantities = (Quantity("served", unit="clients", noun="served"), ERROR)

    def predict(self, known: Known) -> Prediction:
        """Where the ladder of limits ends for so many clients."""
        scenario, platform = known.scenario, known.platforms["server"]
        selector = selector_on(platform, str(scenario.parameters["selector"]))
        server = _server(scenario, platform)
        open_before = server.open_before
        served, kind, message, reason = descend(server, scenario.number("clients"))
        error = failure("server", kind, message or "", served + 1) if kind else None
        return Prediction(
            expected={"served": Exactly(served), "error": Exactly(error)},
            reason=reason,
            facts={"descriptors": open_before, "selector": selector},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """Clients whose transfers were verified; if the server died, those it had answered before."""
        clients = [s for s in evidence.services.values() if s.last("connected") or s.last("refused")]
        refused = next((event for client in clients if (event := client.last("refused"))), None)
        error = first_failure(evidence.services.values())
        if refused is not None:
            error = error or failure(clients[0].name, str(refused["error"]), str(refused["message"]))
            error = {**error, "at_client": int(refused["client"])}
        return {"served": sum(_served(client) for client in clients), "error": error}

    def scene(self, scenario: Scenario, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """How far it came, and how far it can come before each wall."""
        server = _server(scenario, scenario.services["server"].platform)
        rungs = {text.partition("] ")[2] or text: clients for text, clients in walls(server).items()}
        came = {"came": scenario.number("clients"), "served": int(measured["served"])}
        return (Bars("how far it came, and where the walls are", "clients", {**came, **rungs}),)

    def cliffs(self, scenario: Scenario) -> tuple[Cliff, ...]:
        """That of select: which numbers descriptors may have, and on Windows how many sockets there may be."""
        server = _server(scenario, scenario.services["server"].platform)
        size = FD_SETSIZE[server.platform]
        if server.selector != "select":
            return ()
        if server.platform == "win32":
            return (Cliff("server", "sockets", Bound(size, "select takes no more sockets")),)
        return (Cliff("server", "descriptors", Bound(size, f"select cannot have descriptor {size}")),)

    def tell(self, service: str, event: Event) -> str | None:
        """How many are connected, and who was refused."""
        match event["event"]:
            case "ready" if "selector" in event:
                return f"{service} is ready: {event['selector']} on {event['platform']}, Python {event['python']}"
            case "connected":
                return f"{service}: {event['clients']} clients are connected at the same time"
            case "refused":
                return f"{service}: client {event['client']} was refused: {event['error']}: {event['message']}"
            case _:
                return None


def _server(scenario: Scenario, platform: str) -> Server:
    """The server as the ladder sees it."""
    selector = selector_on(platform, str(scenario.parameters["selector"]))
    soft = None if platform == "win32" else scenario.services["server"].nofile
    return Server(selector, platform, soft, LISTENERS if platform == "win32" else open_before_first_client(selector))


def _served(client: ServiceEvidence) -> int:
    if client.last("refused"):
        return int((client.last("connected") or {"clients": 0})["clients"])
    return int((client.last("finished") or {"served": 0})["served"])


FAMILY: Family = Transfers()
