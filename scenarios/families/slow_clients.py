"""Clients that never read or send nothing, beside honest ones: what a server takes of them, and when it closes them."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, seconds, size, whole_number
from scenarios.errors import OutOfTime
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import band
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import AtLeast, AtMost, Exactly, Json, Quantity
from scenarios.pictures import Bars, Bound, Picture

KIB = 1024
# The bytes of a client that never reads are in four buffers of the kernel, which Linux doubles, in what the server
# keeps, in one chunk that it reads at once, and in what a library such as asyncio reads ahead.
BUFFERS, DOUBLED, KERNEL_BUFFER, CHUNK, AHEAD = 4, 2, 16 * KIB, 16 * KIB, 128 * KIB
# Clients that sleep longer than they should by this part of the server's timeout show a busy machine.
LATE = 1 / 4


class SlowClients(Plain):
    """`served` counts honest clients that got all their bytes back, `closed` the others that the server closed.
    `taken` is how many KiB the server and the kernel took of a client that never reads, `kept` after how many seconds
    the server closed the first silent one.
    """

    name = "slow_clients"
    parameters: Mapping[str, Kind] = {
        "honest": Kind("clients that send and read", whole_number, 1, 100),
        "greedy": Kind("clients that send and never read", whole_number, 1, 50),
        "silent": Kind("clients that send nothing", whole_number, 1, 100),
        "bound": Kind("bytes that the server keeps for a client", size, 4 * KIB, 512 * KIB, keep_text=True),
        "idle": Kind("seconds after which the server closes a client without bytes", seconds, 0.5, 10),
    }
    services = frozenset({"server", "client"})
    quantities = (
        Quantity("served", unit="clients", noun="served"),
        Quantity("closed", label="closed for being slow", unit="clients", noun="slow clients closed"),
        Quantity(
            "taken", label="buffered for one that never reads", unit="KiB", noun="KiB buffered for one that never reads"
        ),
        Quantity(
            "kept", label="silent clients kept for", unit="s", noun="s before a silent client is closed", digits=2
        ),
        ERROR,
    )

    def predict(self, known: Known) -> Prediction:
        given = known.scenario
        bound, idle = given.number("bound"), float(given.parameters["idle"])
        hostile = given.number("greedy") + given.number("silent")
        most = bound + CHUNK + AHEAD + BUFFERS * DOUBLED * KERNEL_BUFFER
        return Prediction(
            expected={
                "served": Exactly(given.number("honest")),
                "closed": Exactly(hostile),
                "taken": AtMost(most // KIB),
                "kept": AtLeast(idle),
                "error": Exactly(None),
            },
            reason=(
                f"the server keeps at most {bound // KIB} KiB for a client, and the kernel a few buffers; a client of "
                f"which no byte comes or goes for {idle:g} s is closed, whether it sends nothing or never reads."
            ),
            facts={"honest": given.number("honest")},
            waiting=3 * idle + 4,
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        finished = evidence.services["client"].last("finished") or {}
        late = float(finished.get("late", 0))
        if late > LATE * float(evidence.scenario.parameters["idle"]):
            raise OutOfTime(f"this machine is too busy: an honest client slept {late:.2f} s longer than it should")
        return {
            "served": int(finished.get("served", 0)),
            "closed": int(finished.get("closed", 0)),
            "taken": round(finished["taken"] / KIB) if finished else None,
            "kept": finished.get("kept"),
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] == "attacked":
            return f"{service}: {event['honest']} honest clients are still there"
        return None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        bound, idle = scenario.number("bound") / KIB, float(scenario.parameters["idle"])
        return (
            _bars("buffered for a client that never reads", "KiB", {"server and kernel": "taken"}, measured, predicted,
                  Bound(bound, "the server's own bound, in KiB")),
            _bars("until a silent client is closed", "s", {"first silent client": "kept"}, measured, predicted,
                  Bound(idle, "the server's time limit")),
            _bars("clients", "clients", {"honest, served": "served", "slow, closed": "closed"}, measured, predicted),
        )  # fmt: skip


def _bars(title: str, unit: str, keys: Mapping[str, str], measured: Values, predicted: Values, *limits: Bound) -> Bars:
    """Of the quantities with these names and keys, those that were measured."""
    values = {name: measured[key] for name, key in keys.items() if measured[key] is not None}
    return Bars(title, unit, values, {name: band(predicted[key]) for name, key in keys.items()}, limits)


FAMILY: Family = SlowClients()
