"""Hostile clients beside well-behaved ones: whether all are served, what the server keeps, and what it leaves open."""

from collections.abc import Mapping

from scenarios.definition.parameters import MECHANISM, NOFILE, SPARE, TRANSFERRED, Kind, whole_number
from scenarios.errors import OutOfTime
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import band, count_between
from scenarios.families.hostile_clients import theory
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import AtMost, Exactly, Json, Quantity
from scenarios.pictures import Bars, Bound, Percentiles, Picture
from scenarios.results.evidence import ServiceEvidence
from scenarios.results.sample import Sample
from scenarios.theory.descriptors import FD_SETSIZE, open_before_first_client, selector_on

MIB = 1024**2
BEHAVIOURS = 20
# Descriptors that belong to no client, and a few to spare.
OWN = 16


class HostileClients(Plain):
    """`served` counts well-behaved clients; `memory` is how much the server grew since its start, in MiB; `descriptors`
    is what it has open when all clients are gone.
    """

    name = "hostile_clients"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("well-behaved clients", whole_number, 1, 1000),
        "each": Kind("hostile clients for each of the twenty behaviours", whole_number, 1, 20),
        "selector": MECHANISM,
        "size": TRANSFERRED,
        "nofile": NOFILE,
        "spare": SPARE,
    }
    services = frozenset({"server", "hostile", "client"})
    quantities = (
        Quantity("served", unit="clients", noun="served"),
        Quantity("memory", label="memory growth", unit="MiB", noun="MiB of memory growth", digits=1),
        Quantity("descriptors", label="open afterwards", unit="descriptors", noun="descriptors open afterwards"),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        # The server must have room for all, or the run would test descriptors and not what peers can do.
        most = theory.connections(scenario.number("clients"), scenario.number("each")) + theory.UNHEARD
        nofile, room = scenario.services["server"].nofile, FD_SETSIZE["linux"] - OWN
        if scenario.parameters["selector"] == "select" and most > room:
            return f"{most} connections at the same time are more than the {room} that select has room for"
        return f"nofile is {nofile}: it must be at least {most + OWN}" if nofile < most + OWN else None

    def predict(self, known: Known) -> Prediction:
        scenario = known.scenario
        clients, each = scenario.number("clients"), scenario.number("each")
        selector = selector_on(known.platforms["server"], str(scenario.parameters["selector"]))
        descriptors = open_before_first_client(selector)
        most = descriptors + int(scenario.parameters.get("spare", 0))
        return Prediction(
            expected={
                "served": Exactly(clients),
                "memory": AtMost(round(theory.kept(clients, each) / MIB, 1)),
                "descriptors": count_between(descriptors, most),
                "error": Exactly(None),
            },
            reason=(
                f"the server bounds the work for each event and the memory for each peer: {BEHAVIOURS * each} hostile "
                f"clients cost at most one chunk of {theory.CHUNK // 1024} KiB each, delay no other, and leave nothing "
                f"open; the kernel buffers at most {theory.in_kernel(clients, each) // MIB} MiB for all clients."
            ),
            facts={
                "descriptors": descriptors,
                "most_descriptors": most,
                "selector": "select" if selector == "sliced" else selector,
                "hostile": BEHAVIOURS * each,
                "kernel_buffer": theory.DOUBLED * theory.KERNEL_BUFFER,
            },
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        server = evidence.services["server"]
        at_first, after = _look(server, "ready"), _look(server, "finished")
        grown = max(one.resident for one in server.samples) - at_first.resident if at_first else None
        finished = evidence.services["client"].last("finished") or {"served": 0}
        attack = evidence.services["hostile"].last("finished") or {}
        if attack.get("by") == "time":
            raise OutOfTime("this machine is too busy: the attack was over before the well-behaved clients were served")
        if attack.get("settled") and (slow := attack.get("gave_up_early")):
            raise OutOfTime(f"this machine is too busy: the server took {slow} connections later than clients waited")
        return {
            "served": int(finished["served"]),
            "memory": None if grown is None else round(grown / MIB, 1),
            "descriptors": after.descriptors if after else None,
            "error": first_failure(evidence.services.values()),
            "times": {
                words: event["seconds"]
                for words, event in (("all honest clients", finished), ("the attack", attack))
                if "seconds" in event
            },
            "took": dict(finished.get("took", {})),
        }

    def tell(self, service: str, event: Event) -> str | None:
        match event["event"]:
            case "ready" if "behaviours" in event:
                return f"{service}: {event['clients']} hostile clients with {event['behaviours']} behaviours"
            case "finished" if "behaviours" in event:
                rounds = sum(event["behaviours"].values())
                return f"{service}: {rounds} rounds in {event['seconds']:.1f} s, {event['sent']} bytes sent"
            case "finished" if "served" in event:
                return f"{service}: {event['served']} clients were served during the attack"
            case _:
                return None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        memory = {} if measured["memory"] is None else {"server": measured["memory"]}
        bound = Bars(
            "memory that the server took for all its peers", "MiB", memory, {"server": band(predicted["memory"])}
        )
        came = Bound(scenario.number("clients"), "the number of honest clients")
        honest = {"honest clients served": measured["served"]}
        served = Bars("clients", "clients", honest, {"honest clients served": band(predicted["served"])}, (came,))
        times = {words: float(one) for words, one in measured.get("times", {}).items()}
        during = Bars("how long it took", "s", times, note="The honest clients are served while the attack goes on.")
        each = Percentiles("how long each honest client took", "s", {"honest clients": measured.get("took", {})})
        return (bound, served, *([during] if times else []), *([each] if measured.get("took") else []))


def _look(server: ServiceEvidence, moment: str) -> Sample | None:
    """The first look at that moment; None if the server had ended. Raises as `looked`."""
    server.looked(moment)
    return next(iter(server.samples_at(moment)), None)


FAMILY: Family = HostileClients()
