"""A server that is started again at its port: the four outcomes of who closed first, with SO_REUSEADDR and without."""

from collections.abc import Iterable, Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import Each, Exactly, Json, Quantity
from scenarios.pictures import Grid, Picture

EADDRINUSE = "[Errno 98] Address already in use"
FIRST = ("server", "client")


class AddressInUse(Plain):
    """`restart` is what the second server met in each of the four cases: the text of its error, or None."""

    name = "address_in_use"
    parameters: Mapping[str, Kind] = {"port": Kind("the first of four ports", whole_number, 1024, 30000)}
    services = frozenset({"server"})
    quantities = (Quantity("restart", label="the new server"), ERROR)

    def predict(self, known: Known) -> Prediction:
        """Linux, inet_bind_conflict(): a port is free unless a socket has it, of which one lacks SO_REUSEADDR."""
        cases = {_case(first, reuse): (first, reuse) for first in FIRST for reuse in (False, True)}
        refused = {name: first == "server" and not reuse for name, (first, reuse) in cases.items()}
        port = known.scenario.number("port")
        return Prediction(
            expected={
                "restart": Each({name: Exactly(EADDRINUSE if one else None) for name, one in refused.items()}),
                "error": Exactly(None),
            },
            reason="after a close the side that closed first is in TIME_WAIT and keeps its port: the server's, if that "
            "was the server. A socket in TIME_WAIT keeps nobody out if it and the new one have SO_REUSEADDR.",
            facts={
                "time_wait": {port + number for number, (first, _) in enumerate(cases.values()) if first == "server"},
                "listening": {port + number for number, one in enumerate(refused.values()) if not one},
            },
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        return {"restart": dict(_met(evidence)), "error": first_failure(evidence.services.values())}

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] != "restarted":
            return None
        return f"{service}: {_case(event['first'], event['reuse'])}: {event['error'] or 'listens again'}"

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        rows, foreseen = ({f"the {first} closed first": _cells(one["restart"], first) for first in FIRST}
                          for one in (measured, predicted))  # fmt: skip
        return (Grid("a new server on the same port", ("without SO_REUSEADDR", "with it"), rows, foreseen),)


def _cells(restart: Mapping[str, Json], first: str) -> list[str]:
    """The outcome of a new server, without SO_REUSEADDR and with it."""
    return [str(restart[_case(first, reuse)] or "listens") for reuse in (False, True)]


def _met(evidence: Evidence) -> Iterable[tuple[str, Json]]:
    for event in evidence.services["server"].events:
        if event["event"] == "restarted":
            yield _case(event["first"], event["reuse"]), event["error"]


def _case(first: str, reuse: bool) -> str:
    return f"the {first} closed first, {'with' if reuse else 'without'} SO_REUSEADDR"


FAMILY: Family = AddressInUse()
