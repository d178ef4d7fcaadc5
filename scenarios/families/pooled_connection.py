"""A request that is cancelled while its answer is under way: what the next users of its connection get."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, seconds, whole_number
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import joined, quantity_pictures
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import Each, Exactly, Json, Quantity
from scenarios.pictures import Grid, Picture

# By the pool, and so by its server: how many answers a connection is behind after a cancellation, and how many
# connections the pool makes in all.
BEHIND = {"keeping": 1, "closing": 0}
CONNECTIONS = {"keeping": 1, "closing": 2}
MOST_COLUMNS = 5  # of the picture


class PooledConnection(Plain):
    """By server: `answers` are those to 1, 2, ...; `connections` and `requests` are what the server counted."""

    name = "pooled_connection"
    parameters: Mapping[str, Kind] = {
        "requests": Kind("requests after the cancelled one", whole_number, 2, 200),
        "delay": Kind("seconds before each answer", seconds, 0.01, 1),
    }
    services = frozenset({*BEHIND, "client"})
    quantities = (
        Quantity("answers", read=joined(" ")),
        Quantity("connections", unit="connections", noun="connections"),
        Quantity("requests", unit="requests", noun="requests"),
        ERROR,
    )

    def predict(self, known: Known) -> Prediction:
        """TCP keeps the order: the first line that comes is the answer to the first request that has none."""
        requests, delay = known.scenario.number("requests"), float(known.scenario.parameters["delay"])
        asked = range(1, requests + 1)
        return Prediction(
            expected={
                "answers": Each({name: Exactly([one - behind for one in asked]) for name, behind in BEHIND.items()}),
                "connections": Each({name: Exactly(number) for name, number in CONNECTIONS.items()}),
                "requests": Each(dict.fromkeys(BEHIND, Exactly(requests + 1))),
                "error": Exactly(None),
            },
            reason="a cancelled task leaves its answer in the connection. The next task reads it in place of its own, "
            "and so does each one after; a new connection has no answer under way.",
            facts={"asked": [0, *asked]},
            waiting=2 * (requests + 1) * delay,
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        client, servers = evidence.services["client"], {name: evidence.services[name] for name in BEHIND}
        answered = [event for event in client.events if event["event"] == "answered"]
        return {
            "answers": {str(event["server"]): list(event["answers"]) for event in answered},
            "connections": {name: _times(one.events, "accepted") for name, one in servers.items()},
            "requests": {name: _times(one.events, "asked") for name, one in servers.items()},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] != "answered":
            return None
        return f"{service}: {event['server']}: the answers are {' '.join(map(str, event['answers'][:10]))}"

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        asked = range(1, min(scenario.number("requests"), MOST_COLUMNS) + 1)
        rows, foreseen = (
            {f"{name} the connection": [str(one) for one in answers[: len(asked)]] for name, answers in of.items()}
            for of in (measured["answers"], predicted["answers"])
        )
        return (
            Grid(
                "number of the answer that each request got", [f"request {number}" for number in asked], rows, foreseen
            ),
            *quantity_pictures(self.quantities[1:], measured, predicted),
        )


def _times(events: tuple[Event, ...], name: str) -> int:
    return sum(event["event"] == name for event in events)


FAMILY: Family = PooledConnection()
