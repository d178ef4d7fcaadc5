"""Nine models of server under the same load: how fast each is, and what a client and a request cost it."""

from collections.abc import Mapping
from itertools import pairwise

from scenarios.definition.parameters import Kind, whole_number
from scenarios.families.base import (
    Event,
    Evidence,
    Family,
    Known,
    Plain,
    Prediction,
    Scenario,
    ServiceEvidence,
    Values,
)
from scenarios.families.common import bands_of, own_memory, percentiles
from scenarios.families.server_models import theory
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import AtLeast, CostCurve, Each, Exactly, Expectation, Json, Order, Quantity
from scenarios.pictures import Bars, Grid, Percentiles, Picture
from scenarios.system.files import is_number
from scenarios.theory import mechanisms
from scenarios.theory.mechanisms import MECHANISMS

KIB = 1024
PERCENTILES = (50.0, 99.0)
# The percentiles that the picture has.
SHARES = {"50 %": 50.0, "75 %": 75.0, "90 %": 90.0, "99 %": 99.0, "all": 100.0}
COUNTED = ("threads", "processes")
# The heads of the table of all values, which has no room for long ones.
HEADS = ("clients/s", "p50", "p99", "CPU/client", "CPU/request", "memory/client", "threads", "processes")
COSTS = ("connections", "p50", "p99", "cpu_connection", "cpu_request", "memory")


def _in_milliseconds(microseconds: Json) -> str:
    return f"{microseconds / 1000:.2f} ms" if is_number(microseconds) else str(microseconds)


class ServerModels(Plain):
    """By server; of repeated measurements the best counts.

    `connections` is how many clients per second it serves one after another. `p50` and `p99` are latencies of clients
    at a constant rate, in microseconds since each was due. `cpu_connection` and `cpu_request` are microseconds of the
    server's CPU time for one client that connects and for one request of a connected client; `memory` is KiB for each
    connected client; `threads` and `processes` are those with all clients connected.
    """

    name = "server_models"
    needs_gil = True
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients connected at the same time", whole_number, 20, 200),
        "rate": Kind("clients per second when latencies are measured", whole_number, 50, 4000),
    }
    services = frozenset({"client", *MECHANISMS})
    quantities = (
        Quantity("connections", label="clients per second", unit="/s"),
        Quantity("p50", label="p50 latency, best round", read=_in_milliseconds, each=True),
        Quantity("p99", label="p99 latency, best round", read=_in_milliseconds, each=True),
        Quantity("cpu_connection", label="CPU time per client", unit="µs"),
        Quantity("cpu_request", label="CPU time per request", unit="µs", digits=1),
        Quantity("memory", label="memory per client", unit="KiB", digits=1),
        Quantity("threads"),
        Quantity("processes"),
        ERROR,
    )
    costs = (
        CostCurve("cpu_request", "CPU time of a request", "µs"),
        CostCurve("memory", "memory of a connection", "KiB"),
        CostCurve("p99", "p99 latency", "µs"),
    )

    def predict(self, known: Known) -> Prediction:
        clients = known.scenario.number("clients")
        some: Expectation = Each(dict.fromkeys(MECHANISMS, AtLeast(0)))
        strict = Prediction(
            expected={
                **dict.fromkeys(COSTS, some),
                "threads": Each({name: Exactly(mechanisms.threads(name, clients)) for name in MECHANISMS}),
                "processes": Each({name: Exactly(mechanisms.processes(name, clients)) for name in MECHANISMS}),
                "error": Exactly(None),
            },
            reason="a fork copies the page tables of a whole interpreter for each client; a thread has a stack and the "
            "kernel wakes it for each request; a coroutine costs less, and a loop stays one thread for any number of "
            "clients. A server slower than the arrival rate builds a growing queue.",
            relations={
                "connections": theory.OF_SPEED,
                "cpu_connection": theory.OF_A_CONNECTION,
                "cpu_request": theory.OF_A_REQUEST,
                "memory": theory.OF_MEMORY,
                **_late(known),
            },
            facts={"mechanisms": tuple(MECHANISMS)},
        )
        if known.evidence is None or (noise := _noise(known.evidence)) < theory.NOISE:
            return strict
        late = f"the same work took a server {noise:.1f} times as much CPU time as at another moment, or as its like"
        bounded = dict.fromkeys((key for key in COSTS if key != "memory"), some)
        return strict.unless_late(self.measure(known.evidence), bounded, late)

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        client = evidence.services["client"]
        best, done = client.last("came"), client.last("compared")
        measured: dict[str, dict[str, Json]] = {one.key: {} for one in self.quantities if one is not ERROR}
        if best and done:
            for name in MECHANISMS:
                values = _costs(evidence, name, done) | _latencies(client, name)
                for key, value in ({"connections": int(best["connections"][name])} | values).items():
                    measured[key][name] = value
        return {**measured, "error": first_failure(evidence.services.values()), "latencies": _spreads(client)}

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] == "came":
            rates = event["connections"]
            words = ", ".join(f"{name} {one}" for name, one in rates.items())
            return f"{service}: {event['moment']} to all {len(rates)} servers; at best, clients per second: {words}"
        if event["event"] == "paced":
            number = 1 + list(MECHANISMS).index(event["server"])
            return f"{service}: measured the latency of {event['server']}, server {number} of {len(MECHANISMS)}"
        return None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        memory, cpu, speed = (measured[key] for key in ("memory", "cpu_request", "connections"))
        shown = [one for one in self.quantities if one is not ERROR]
        rows = {name: [one.words(measured[one.key][name]) for one in shown] for name in speed}
        counted = {
            name: [one.words(predicted[one.key][name]) if one.key in COUNTED else "" for one in shown] for name in rows
        }
        latencies = {
            name: {share: value / 1000 for share, value in one.items()}
            for name, one in measured.get("latencies", {}).items()
        }
        least = "Predicted: the least that theory allows, given the values of the other models."
        return (
            Bars(
                "memory for each client",
                "KiB",
                memory,
                bands_of(theory.OF_MEMORY, memory),
                logarithmic=True,
                note=least,
            ),
            Bars("CPU time of a request", "µs", cpu, bands_of(theory.OF_A_REQUEST, cpu), note=least),
            Bars("clients per second", "per second", speed, bands_of(theory.OF_SPEED, speed), note=least),
            Percentiles(
                "latency since each client was due, all rounds together",
                "ms",
                latencies,
                note="The table below has the best round of each percentile, which is far lower.",
            ),
            Grid("the same load, the best round of each", HEADS, rows, counted),
        )


def _late(known: Known) -> dict[str, tuple[Expectation, ...]]:
    """Which servers answer later than fork: of those that keep up with the rate, as this run shows before and after."""
    others, rate = (*theory.LOOPS, *theory.COROUTINES), known.scenario.number("rate")
    client = known.evidence.services["client"] if known.evidence else None
    came, kept = (client.last("came"), client.last("kept")) if client else (None, None)
    if client and not (came and kept):
        return {}
    worst = kept["connections"] if kept else dict.fromkeys(others, float("inf"))
    quick = tuple(name for name in others if theory.keeps_up(worst[name], rate))
    found: dict[str, tuple[Expectation, ...]] = {"p50": (Order((quick, theory.FORK), theory.HALF),)} if quick else {}
    if quick and came and theory.falls_behind(came["connections"][theory.FORK], rate):
        found["p99"] = (Order((quick, theory.FORK), theory.NEARLY_ALL),)
    return found


def _costs(evidence: Evidence, name: str, done: Event) -> dict[str, Json]:
    """A server's CPU time in the part in which it had least, and what it has with all clients connected."""
    server = evidence.services[name]
    empty, holds = server.looked("empty"), server.looked("asked 0 times")
    if empty is None or holds is None:
        return {}
    return {
        "cpu_connection": _least(server, "came", int(done["parts"]), int(done["connections"])),
        "cpu_request": _least(server, "asked", int(done["parts"]), int(done["requests"])),
        "memory": round(max(0, own_memory(holds) - own_memory(empty)) / evidence.scenario.number("clients") / KIB, 1),
        "threads": holds.threads,
        "processes": holds.processes,
    }


def _least(server: ServiceEvidence, what: str, parts: int, times: int) -> float | None:
    """The least CPU time of all parts, in microseconds for each of so many `times`; None if the server had ended."""
    spent = _parts(server, what, parts)
    return round(1e6 * min(spent) / times, 1) if len(spent) == parts else None


def _parts(server: ServiceEvidence, what: str, parts: int) -> list[float]:
    """The seconds of CPU time of each of the equal parts of the load; fewer if the server had ended."""
    moments = [f"{what} {part} times" for part in range(parts + 1)]
    return [one for ends in pairwise(moments) if (one := server.spent(*ends)) is not None]


def _noise(evidence: Evidence) -> float:
    """The largest ratio of CPU times that are equal on a quiet machine: a loop's parts, and loops of the same cost."""
    done = evidence.services["client"].last("compared")
    if done is None:
        return 1.0
    parts = [_parts(evidence.services[name], "asked", int(done["parts"])) for name in theory.LOOPS]
    known = [those for those in parts if those and min(those) > 0]
    least = [min(those) for those in known] or [1.0]
    return max(max(least) / min(least), *(max(those) / min(those) for those in known), 1.0)


def _latencies(client: ServiceEvidence, name: str) -> dict[str, Json]:
    rounds = [event["latencies"] for event in client.events if event["event"] == "paced" and event["server"] == name]
    of_rounds = zip(*(percentiles(map(int, late), PERCENTILES) for late in rounds), strict=True)
    return dict(zip(("p50", "p99"), map(min, of_rounds), strict=True))


def _spreads(client: ServiceEvidence) -> dict[str, dict[str, int]]:
    """By server, the percentiles of its latencies in all rounds together."""
    late: dict[str, list[int]] = {}
    for event in client.events:
        if event["event"] == "paced":
            late.setdefault(str(event["server"]), []).extend(map(int, event["latencies"]))
    return {name: dict(zip(SHARES, percentiles(those, SHARES.values()), strict=True)) for name, those in late.items()}


FAMILY: Family = ServerModels()
