"""Two listeners of one port, of which one closes: what becomes of the connections in its queue."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.errors import OutOfTime
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import bands
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import Between, Each, Exactly, Expectation, Json, Quantity
from scenarios.pictures import Bars, Picture

# Of so many clients each queue has one, but for one in 2^39: the kernel spreads them by a hash of their ports.
ENOUGH = 40


class ListenerReload(Plain):
    """`outcomes` counts clients by what they met; `together` is all of them."""

    name = "listener_reload"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients that are connected before one listener closes", whole_number, ENOUGH, 1000),
        "migrate": Kind("net.ipv4.tcp_migrate_req", whole_number, 0, 1),
    }
    services = frozenset({"server", "client"})
    quantities = (
        Quantity("outcomes", label="clients", unit="clients", noun="clients"),
        Quantity("together", unit="clients", noun="greeted or reset"),
        ERROR,
    )

    def predict(self, known: Known) -> Prediction:
        """socket(7), SO_REUSEPORT; Linux 5.14, tcp_migrate_req: the queue of a closed listener moves to another one."""
        clients, migrates = known.scenario.number("clients"), known.scenario.number("migrate") == 1
        some: Expectation = Between(1, clients - 1)
        reset: Expectation = Exactly(0) if migrates else some
        return Prediction(
            expected={
                "outcomes": Each({"greeted": Exactly(clients) if migrates else some, "reset": reset}),
                "together": Exactly(clients),
                "error": Exactly(None),
            },
            reason="the kernel connects a client before the server accepts it, and puts it into the queue of one "
            f"listener. The queue of a closed one {'moves to the other' if migrates else 'is reset'}.",
            facts={"clients": clients},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        counted = evidence.services["client"].last("counted")
        if counted and TimeoutError.__name__ in counted["outcomes"]:
            raise OutOfTime("this machine is too busy: a client was neither greeted nor reset before it gave up")
        outcomes = {"greeted": 0, "reset": 0, **counted["outcomes"]} if counted else {}
        together = outcomes["greeted"] + outcomes["reset"] if counted else None
        return {
            "outcomes": outcomes,
            "together": together,
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] == "reloaded":
            return f"{service}: one listener is closed, and {event['accepted']} connections were in the other queue"
        return None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        every = scenario.number("clients")
        title = f"{every} connected clients, after one of two listeners closed"
        return (Bars(title, "clients", measured["outcomes"], bands(predicted["outcomes"])),)


FAMILY: Family = ListenerReload()
