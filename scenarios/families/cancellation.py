"""Clients that leave, have no time, or whose answer fails: whether the work for them stops, as its backend sees it."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, seconds, whole_number
from scenarios.errors import OutOfTime
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import quantity_pictures
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import Exactly, Json, Quantity
from scenarios.pictures import Band, Bars, Picture

# Where a program that only sleeps wakes so many seconds late, clients with little time say nothing of the gateway.
OVERSLEPT = 0.25
COUNTS = ("at_once", "asked", "left", "failed", "spared", "late", "kept", "answered")
# The counts that the first picture draws.
STOPPED = ("left", "spared", "kept")


class Cancellation(Plain):
    """Counted by the backend: `at_once` parts that it held at the same time, `asked` all that were asked for, and those
    given up: `left` because clients left, `spared` because another part failed. `kept` are parts that are still held
    for clients whose time is over. Counted by the clients: `failed`, `late` and `answered`.
    """

    name = "cancellation"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients in no hurry", whole_number, 3, 200),
        "parts": Kind("parts of each answer, each a request to the backend", whole_number, 2, 20),
        "leaving": Kind("clients that leave before their answer", whole_number, 1, 100),
        "failing": Kind("clients of whose answer one part fails", whole_number, 1, 100),
        "hasty": Kind("further clients that wait for `time` only", whole_number, 1, 50),
        "time": Kind("seconds that these wait", seconds, 0.3, 10),
        "seed": Kind("seed of the parts", whole_number, 0, 10**9),
    }
    services = frozenset({"server", "backend", "client"})
    quantities = (
        Quantity("at_once", label="parts at the same time", unit="parts", noun="parts at the same time"),
        Quantity("asked", label="parts asked for", unit="parts", noun="parts asked for"),
        Quantity("left", label="stopped: client left", unit="parts", noun="parts stopped when clients left"),
        Quantity("failed", label="told of a failure", unit="clients", noun="told of a failure"),
        Quantity("spared", label="stopped: another failed", unit="parts", noun="parts stopped when another failed"),
        Quantity("late", label="told that it is late", unit="clients", noun="told that it is late"),
        Quantity("kept", label="kept: time over", unit="parts", noun="parts kept when the time was over"),
        Quantity("answered", unit="clients", noun="answered"),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        clients, going = scenario.number("clients"), scenario.number("leaving") + scenario.number("failing")
        if going >= clients:
            return f"leaving and failing are {going} together: they must be less than the {clients} clients"
        return None

    def predict(self, known: Known) -> Prediction:
        number = known.scenario.number
        clients, parts, leaving, failing = (number(key) for key in ("clients", "parts", "leaving", "failing"))
        expected = {
            "at_once": clients * parts,
            "asked": (clients + number("hasty")) * parts,
            "left": leaving * parts,
            "failed": failing,
            "spared": failing * (parts - 1),
            "late": number("hasty"),
            "kept": 0,
            "answered": clients - leaving - failing,
        }
        return Prediction(
            expected={**{key: Exactly(value) for key, value in expected.items()}, "error": Exactly(None)},
            reason=(
                f"the parts of an answer are fetched at the same time. The {leaving} clients that leave need none, "
                f"a part that fails makes the other {parts - 1} useless, and a hasty client waits for "
                f"{float(known.scenario.parameters['time']):g} s only."
            ),
            facts={"each": 1 + parts, "clients": clients, "leaving": leaving},
            waiting=float(known.scenario.parameters["time"]) + 8,
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        finished = evidence.services["client"].last("finished") or {}
        if (overslept := float(finished.get("overslept", 0))) > OVERSLEPT:
            raise OutOfTime(f"this machine is too busy: the client slept {overslept:.2f} s longer than it should")
        counted: dict[str, Json] = {key: int(finished[key]) if finished else None for key in COUNTS}
        return {**counted, "error": first_failure(evidence.services.values())}

    def tell(self, service: str, event: Event) -> str | None:
        match event["event"]:
            case "asked":
                return f"{service}: the backend holds parts for every client"
            case "left":
                return f"{service}: some clients have left"
            case _:
                return None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        """The parts that stop first: of those that leave, of answers that fail, and of those that have no more time."""
        hasty = scenario.number("hasty") * scenario.number("parts")
        stopped = Bars(
            "parts of answers that stopped, by the reason",
            "parts",
            _stopped(measured, hasty),
            {why: Band(count, count) for why, count in _stopped(predicted, hasty).items()},
        )
        others = [one for one in self.quantities if one.key not in STOPPED]
        return (stopped, *quantity_pictures(others, measured, predicted))


def _stopped(values: Values, hasty: int) -> dict[str, float]:
    """How many parts stopped, by the reason; without those that nobody could count."""
    found = {"the client left": values["left"], "another part failed": values["spared"]}
    if values["kept"] is not None:
        found["the client's time was over"] = hasty - values["kept"]
    return {why: count for why, count in found.items() if count is not None}


FAMILY: Family = Cancellation()
