"""Connections of a client with few local ports: how many it makes, by who closes first, and what stops it."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.definition.scenario import Scenario
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Values
from scenarios.families.common import bands
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import Each, Exactly, Json, Quantity
from scenarios.pictures import Bars, Bound, Picture

# connect(2): no port of net.ipv4.ip_local_port_range is free for that address.
EADDRNOTAVAIL = "[Errno 99] Cannot assign requested address"
# Ways in which a connection keeps its port: it stays open, or the client closes first and has it in TIME_WAIT.
KEEPING, FREEING = ("held", "client-first"), ("server-first",)
WAYS = (*KEEPING, *FREEING)


class PortExhaustion(Plain):
    """By way: `made` counts connections, and `refusals` has the text of the error that stopped the client."""

    name = "port_exhaustion"
    parameters: Mapping[str, Kind] = {
        "connections": Kind("connections in each way, one after another", whole_number, 1, 1000),
        "ports": Kind("local ports that the client's machine has", whole_number, 2, 1000),
    }
    services = frozenset({*WAYS, "client"})
    quantities = (
        Quantity("made", label="connections made", unit="connections", noun="connections made"),
        Quantity("refusals"),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        """Linux, __inet_hash_connect(): of an odd range a search, which begins anywhere, leaves out one port."""
        ports = scenario.number("ports")
        return f"ports is {ports}: it must be even, since Linux searches ports in pairs" if ports % 2 else None

    def predict(self, known: Known) -> Prediction:
        """RFC 9293, 3.6: the side that closes first waits in TIME_WAIT, which on Linux lasts 60 s."""
        connections, ports = known.scenario.number("connections"), known.scenario.number("ports")
        most = min(connections, ports)
        refusal = EADDRNOTAVAIL if connections > ports else None
        return Prediction(
            expected={
                "made": Each({way: Exactly(most if way in KEEPING else connections) for way in WAYS}),
                "refusals": Each({way: Exactly(refusal if way in KEEPING else None) for way in WAYS}),
                "error": Exactly(None),
            },
            reason=f"to one address there are as many connections as local ports, {ports}. A port is taken while its "
            "connection is open, and in TIME_WAIT, where the side that closes first keeps it.",
            facts={"kept": most, "connections": connections},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        used = {event["way"]: event for event in evidence.services["client"].events if event["event"] == "used"}
        return {
            "made": {way: int(event["made"]) for way, event in used.items()},
            "refusals": {way: event["error"] for way, event in used.items()},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] != "used":
            return None
        then = f", then {event['error']}" if event["error"] else ""
        return f"{service}: {event['way']}: {event['made']} connections{then}"

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        lines = (
            Bound(scenario.number("ports"), "how many local ports there are"),
            Bound(scenario.number("connections"), "how many connections were asked for"),
        )
        made = bands(predicted["made"])
        return (Bars("connections made, by who closes first", "connections", measured["made"], made, lines),)


FAMILY: Family = PortExhaustion()
