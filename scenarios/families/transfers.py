"""Many clients download and upload at the same time: how many one server serves, and what stops it."""

from collections.abc import Mapping

from scenarios.definition.parameters import MECHANISM, NOFILE, SPARE, TRANSFERRED, Kind, whole_number
from scenarios.errors import OutOfTime
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import band, client_limits, failure_at_client, served_by, tell_clients
from scenarios.judging.failures import ERROR, failure
from scenarios.judging.quantities import Exactly, Json, Quantity
from scenarios.pictures import Bars, Bound, Cliff, Picture
from scenarios.theory import descriptors
from scenarios.theory.descriptors import FD_SETSIZE, Server

# One address can connect to one port of a server from the ports 32768-60999 only (ip_local_port_range).
MOST_CLIENTS = 28232


class Transfers(Plain):
    """`served` counts clients whose requests were all answered correctly until the end, or until the server died."""

    name = "transfers"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients connected at the same time", whole_number, 1, MOST_CLIENTS),
        "selector": MECHANISM,
        "size": TRANSFERRED,
        "nofile": NOFILE,
        "spare": SPARE,
        "model": Kind(
            "how the client handles its connections; ragged is threads that send requests in parts or together",
            choices=("threads", "epoll", "ragged"),
            optional=True,
        ),
    }
    services = frozenset({"server", "client"})
    quantities = (Quantity("served", unit="clients", noun="served"), ERROR)

    def predict(self, known: Known) -> Prediction:
        scenario, platform = known.scenario, known.platforms["server"]
        server = _server(scenario, platform)
        served, kind, message, reason = descriptors.first_limit(server, scenario.number("clients"))
        error = failure("server", kind, message or "", served + 1) if kind else None
        return Prediction(
            expected={"served": Exactly(served), "error": Exactly(error)},
            reason=reason,
            facts={
                "descriptors": server.open_before,
                "most_descriptors": server.open_before + int(scenario.parameters.get("spare", 0)),
                "selector": server.selector,
            },
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        clients = [s for s in evidence.services.values() if s.last("connected") or s.last("refused")]
        if early := sum((client.last("finished") or {}).get("gave_up_early", 0) for client in clients):
            raise OutOfTime(f"this machine is too busy: the server went on with {early} clients after they gave up")
        refused = next((client for client in clients if client.last("refused")), None)
        error = failure_at_client(evidence.services.values(), refused)
        return {"served": sum(map(served_by, clients)), "error": error}

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        server = _server(scenario, scenario.services["server"].platform)
        limits = client_limits(scenario.number("clients"), descriptors.limits(server))
        served = {"clients served": int(measured["served"])}
        return (Bars("clients", "clients", served, {"clients served": band(predicted["served"])}, limits),)

    def cliffs(self, scenario: Scenario) -> tuple[Cliff, ...]:
        # select limits the number of a descriptor and, as on Windows, how many descriptors one list has.
        server = _server(scenario, scenario.services["server"].platform)
        size = FD_SETSIZE[server.platform]
        if server.selector != "select":
            return ()
        if server.platform == "win32":
            return (Cliff("server", "sockets", Bound(size, "select takes no more sockets")),)
        return (Cliff("server", "descriptors", Bound(size, f"select refuses descriptor {size}")),)

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] == "ready" and "selector" in event:
            return f"{service} is ready: {event['selector']} on {event['platform']}, Python {event['python']}"
        return tell_clients(service, event)


def _server(scenario: Scenario, platform: str) -> Server:
    selector = descriptors.selector_on(platform, str(scenario.parameters["selector"]))
    if platform == "win32":
        return Server(selector, platform, None, descriptors.LISTENERS)
    open_before = descriptors.open_before_first_client(selector)
    return Server(selector, platform, scenario.services["server"].nofile, open_before)


FAMILY: Family = Transfers()
