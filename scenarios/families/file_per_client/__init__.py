"""A server that keeps a file open for each client: how many clients it serves, and what stops it."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import NOFILE, band, client_limits, failure_at_client, tell_clients
from scenarios.families.file_per_client.theory import PER_CLIENT, fate
from scenarios.judging.failures import ERROR, failure
from scenarios.judging.quantities import Exactly, Json, Quantity
from scenarios.pictures import Bars, Bound, Picture
from scenarios.theory.descriptors import Server, limits, open_before_first_client, selector_on

FILE = "lyrics"


class FilePerClient(Plain):
    """`served` clients got their song and stayed connected; `descriptors` are the server's then, None if it died."""

    name = "file_per_client"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients that download a song and stay connected", whole_number, 1, 5000),
        "selector": Kind("the server's mechanism", choices=("select", "poll", "epoll", "default")),
        "nofile": NOFILE,
    }
    services = frozenset({"server", "client"})
    quantities = (Quantity("served", unit="clients", noun="served"), Quantity("descriptors", noun="descriptors"), ERROR)

    def predict(self, known: Known) -> Prediction:
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
            facts={"descriptors": open_before, "files": served, "file": FILE, "selector": selector},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        server, client = evidence.services["server"], evidence.services["client"]
        look = server.looked("connected") if server.exit_status is None and client.last("connected") else None
        return {
            "served": int((client.last("finished") or {"served": 0})["served"]),
            "descriptors": look.descriptors if look else None,
            "error": failure_at_client(evidence.services.values(), client),
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] == "connected":
            return f"{service}: {event['clients']} clients have their song and stay connected"
        return tell_clients(service, event)

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        platform = scenario.services["server"].platform
        selector = selector_on(platform, str(scenario.parameters["selector"]))
        own, nofile = open_before_first_client(selector), scenario.services["server"].nofile
        allowed = limits(Server(selector, platform, nofile, own, PER_CLIENT))
        served, came = {"clients served": measured["served"]}, client_limits(scenario.number("clients"), allowed)
        clients = Bars(
            "clients, each with a socket and a file",
            "clients",
            served,
            {"clients served": band(predicted["served"])},
            came,
        )
        if measured["descriptors"] is None:
            return (clients,)
        line = Bound(nofile, "the limit of open descriptors")
        held, foreseen = {"server": measured["descriptors"]}, {"server": band(predicted["descriptors"])}
        return (clients, Bars("descriptors with all clients connected", "descriptors", held, foreseen, (line,)))


FAMILY: Family = FilePerClient()
