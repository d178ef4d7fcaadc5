"""Clients that close, of a server that closes its side too and of one that does not: how many each serves."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.errors import OutOfTime
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import NOFILE, bands, client_limits, quantity_pictures, sample_field
from scenarios.judging.failures import ERROR, failure, first_failure
from scenarios.judging.quantities import Between, Each, Exactly, Json, Quantity
from scenarios.pictures import Bars, Picture
from scenarios.theory.descriptors import EMFILE, LISTENERS, STANDARD_STREAMS

LEAKING, CLOSING = SERVERS = ("leaking", "closing")
OWN = STANDARD_STREAMS + LISTENERS + 1  # and the selector's own


class CloseWait(Plain):
    """By server: `served` counts clients that got their byte back, `kept` its descriptors for clients that are gone.

    `kept` of a server that died is None: the kernel has closed all of them.
    """

    name = "close_wait"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients of each server, one after another", whole_number, 1, 5000),
        "nofile": NOFILE,
    }
    services = frozenset({*SERVERS, "client"})
    quantities = (
        Quantity("served", unit="clients", noun="served"),
        Quantity("kept", label="kept for clients that are gone", unit="descriptors", noun="descriptors kept"),
        ERROR,
    )

    def predict(self, known: Known) -> Prediction:
        """RFC 9293, 3.6: after the peer's FIN a connection is in CLOSE_WAIT until this side closes."""
        clients, room = known.scenario.number("clients"), known.scenario.services[LEAKING].nofile - OWN
        dies = clients > room
        served = min(clients, room)
        kept = None if dies else served
        strict = Prediction(
            expected={
                "served": Each({LEAKING: Exactly(served), CLOSING: Exactly(clients)}),
                "kept": Each({LEAKING: Exactly(kept), CLOSING: Exactly(0)}),
                "error": Exactly(failure(LEAKING, "OSError", EMFILE, served + 1) if dies else None),
            },
            reason=f"a client that is gone costs a descriptor until the server closes its side: of {room} free ones, "
            f"{served} are in use after {served} clients.",
            facts={"before": OWN, "kept": kept},
        )
        if known.evidence is None:
            return strict
        # The last client's end may not have got the server's attention when the lab looked.
        bounded = {"kept": Each({LEAKING: Exactly(kept), CLOSING: Between(0, 1)})}
        late = "the server had not closed its last client when the lab looked"
        return strict.unless_late(self.measure(known.evidence), bounded, late)

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        client = evidence.services["client"]
        if any(event.get("error") == TimeoutError.__name__ for event in client.events):
            raise OutOfTime("this machine is too busy: a server did not answer before its client gave up")
        served = {str(event["server"]): int(event["served"]) for event in client.events if event["event"] == "served"}
        error = first_failure(evidence.services.values())
        at_client = served.get(LEAKING, 0) + 1
        return {
            "served": served,
            "kept": {name: _kept(evidence, name) for name in SERVERS},
            "error": {**error, "at_client": at_client} if error and error["service"] == LEAKING else error,
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] != "served":
            return None
        then = f"; the next: {event['error']}" if event["error"] else ""
        return f"{service}: {event['server']} served {event['served']} clients{then}"

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        lines = client_limits(scenario.number("clients"), {EMFILE: scenario.services[LEAKING].nofile - OWN})
        return (
            Bars("clients served", "clients", measured["served"], bands(predicted["served"]), lines),
            *quantity_pictures(self.quantities[1:], measured, predicted),
        )


def _kept(evidence: Evidence, name: str) -> int | None:
    """The descriptors that a server has when all clients are gone, beyond those before the first; None if it died."""
    looks = [sample_field(evidence.services[name], moment, "descriptors") for moment in ("gone", "ended")]
    return min((int(one) - OWN for one in looks if isinstance(one, int)), default=None)


FAMILY: Family = CloseWait()
