"""The nine echo servers side by side under the same load: how fast each is, and what a client costs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from scenarios.errors import Unavailable
from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.pictures import Bars, Grid, Percentiles, Picture
from scenarios.quantities import AtLeast, CostCurve, Each, Exactly, Expectation, Json, Order, Quantity
from scenarios.theory import mechanisms, serving
from scenarios.theory.mechanisms import MECHANISMS

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, ServiceEvidence

LONGEST_LATENCY = 60_000_000  # microseconds
KIB = 1024
PERCENTILES = (50.0, 99.0)
# The shares of a distribution that are drawn.
SHARES = {"50 %": 50.0, "75 %": 75.0, "90 %": 90.0, "99 %": 99.0, "all": 100.0}
COSTS = ("connections", "p50", "p99", "cpu_connection", "cpu_request", "memory")


class Rivals(Plain):
    """What each server did, by its name; of what was done several times the best counts.

    `connections` are those a second of clients that come one after the other. `p50` and `p99` tell how long clients
    took to be answered that came at a constant rate, in microseconds from when each should have come. `cpu_connection`
    and `cpu_request` are microseconds of the server's processor, for a client that comes and for a request of one that
    stays; `memory` is KiB for each of these; `threads` and `processes` are those with all connected.
    """

    name = "rivals"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients connected at the same time", whole_number, 20, 200),
        "rate": Kind("clients that come each second when latencies are measured", whole_number, 50, 4000),
    }
    services = frozenset({"client", *MECHANISMS})
    quantities = (
        Quantity("connections", unit="/s"),
        Quantity("p50", unit="µs"),
        Quantity("p99", unit="µs"),
        Quantity("cpu_connection", unit="µs"),
        Quantity("cpu_request", unit="µs", digits=1),
        Quantity("memory", unit="KiB", digits=1),
        Quantity("threads"),
        Quantity("processes"),
        ERROR,
    )
    costs = (
        CostCurve("cpu_request", "processor time of a request", "µs"),
        CostCurve("memory", "memory of a connection", "KiB"),
        CostCurve("p99", "p99 of the latency", "µs"),
    )

    def predict(self, known: Known) -> Prediction:
        """Threads and processes exactly; of each cost who is dearer than whom."""
        clients = known.scenario.number("clients")
        some: Expectation = Each(dict.fromkeys(MECHANISMS, AtLeast(0)))
        counts = {"threads": mechanisms.threads, "processes": mechanisms.processes}
        return Prediction(
            expected={
                **dict.fromkeys(COSTS, some),
                **{key: Each({name: Exactly(of(name, clients)) for name in MECHANISMS}) for key, of in counts.items()},
                "error": Exactly(None),
            },
            reason="a fork copies the page tables of a whole interpreter for each client, a thread has a stack and is "
            "waked by the kernel for each request, a coroutine is less than that, and a loop stays one thread for any "
            "number of clients; who cannot keep up with the rate has everybody wait for all those before.",
            relations={
                "connections": tuple(Order((one.dear, one.cheap), one.margin) for one in serving.OF_TIME),
                "cpu_connection": _orders(serving.OF_A_CONNECTION),
                "cpu_request": _orders(serving.OF_A_REQUEST),
                "memory": _orders(serving.OF_MEMORY),
                **_late(known),
            },
            facts={"mechanisms": tuple(MECHANISMS)},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the client timed, and what the looks at each server saw between the parts of it."""
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
        """How many connections a second each server took, as far as that is known."""
        if event["event"] == "came":
            told = ", ".join(f"{name} {one}" for name, one in event["connections"].items())
            return f"{service}: connections a second: {told}"
        return None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """All of them side by side, and then what differs most."""
        shown = [one for one in self.quantities if one is not ERROR]
        rows = {name: [one.words(measured[one.key][name]) for one in shown] for name in measured["connections"]}
        heads = [one.key.replace("cpu_", "cpu/") for one in shown]
        return (
            Grid("the same load", heads, rows),
            Bars("connections a second", "/s", measured["connections"]),
            Bars("memory for each connection", "KiB", measured["memory"]),
            Bars("processor time of a request", "µs", measured["cpu_request"]),
            Percentiles("from when a client was due to its answer", "µs", measured.get("latencies", {})),
        )


def _orders(costs: Iterable[serving.Dearer]) -> tuple[Expectation, ...]:
    return tuple(Order((one.cheap, one.dear), one.margin) for one in costs)


def _late(known: Known) -> dict[str, tuple[Expectation, ...]]:
    """Who answers later: as a rule, and once it is known in this run who keeps up with the rate and who does not."""
    others = (*serving.LOOPS, *serving.COROUTINES)
    found: dict[str, tuple[Expectation, ...]] = {"p50": (Order((others, serving.FORK), serving.HALF),)}
    came = known.evidence.services["client"].last("came") if known.evidence else None
    best, rate = came["connections"] if came else {}, known.scenario.number("rate")
    quick = tuple(name for name in others if name in best and serving.keeps_up(best[name], rate))
    if quick and serving.falls_behind(best[serving.FORK], rate):
        found["p99"] = (Order((quick, serving.FORK), serving.NEARLY_ALL),)
    return found


def _costs(evidence: Evidence, name: str, done: Event) -> dict[str, Json]:
    """What one server had of the processor in the part in which it had least, and what it took with all connected."""
    server = evidence.services[name]
    empty, holds = server.looked("empty"), server.looked("asked 0 times")
    if empty is None or holds is None:
        return {}
    return {
        "cpu_connection": _least(server, "came", int(done["parts"]), int(done["connections"])),
        "cpu_request": _least(server, "asked", int(done["parts"]), int(done["requests"])),
        "memory": _memory(empty.memory, holds.memory, evidence.scenario.number("clients")),
        "threads": holds.threads,
        "processes": holds.processes,
    }


def _least(server: ServiceEvidence, what: str, parts: int, times: int) -> float | None:
    """The fewest microseconds of the processor for each of so many `times`, of all parts; None when it had ended."""
    moments = [f"{what} {part} times" for part in range(parts + 1)]
    spent = [one for ends in pairwise(moments) if (one := server.spent(*ends)) is not None]
    return round(1e6 * min(spent) / times, 1) if len(spent) == parts else None


def _latencies(client: ServiceEvidence, name: str) -> dict[str, Json]:
    """The percentiles of the rounds in which they were lowest."""
    rounds = [event["latencies"] for event in client.events if event["event"] == "paced" and event["server"] == name]
    of_rounds = zip(*(percentiles([int(one) for one in late]) for late in rounds), strict=True)
    return dict(zip(("p50", "p99"), map(min, of_rounds), strict=True))


def _memory(before: int | None, after: int | None, clients: int) -> float:
    """KiB for each client; raises Unavailable where the kernel does not tell."""
    if before is None or after is None:
        raise Unavailable("this kernel does not tell what memory is a process's own (Linux before 5.3)")
    return round(max(0, after - before) / clients / KIB, 1)


def _spreads(client: ServiceEvidence) -> dict[str, dict[str, int]]:
    """Of each server the shares of its latencies, all rounds together."""
    late: dict[str, list[int]] = {}
    for event in client.events:
        if event["event"] == "paced":
            late.setdefault(str(event["server"]), []).extend(map(int, event["latencies"]))
    return {
        name: dict(zip(SHARES, percentiles(those, tuple(SHARES.values())), strict=True)) for name, those in late.items()
    }


def percentiles(latencies: list[int], shares: tuple[float, ...] = PERCENTILES) -> tuple[int, ...]:
    """By default the median and the 99th percentile, in microseconds."""
    from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped] # it has no types of its own

    histogram = HdrHistogram(1, LONGEST_LATENCY, 3)
    for one in latencies:
        histogram.record_value(max(1, one))
    return tuple(int(histogram.get_value_at_percentile(share)) for share in shares)


FAMILY: Family = Rivals()
