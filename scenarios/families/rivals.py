"""The nine echo servers side by side under the same load: how fast each is, and what a client costs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.errors import Unavailable
from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.pictures import Bars, Grid, Percentiles, Picture
from scenarios.quantities import AtLeast, CostCurve, Each, Exactly, Expectation, Json, Order, Quantity
from scenarios.theory import mechanisms
from scenarios.theory.mechanisms import MECHANISMS

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence

LONGEST_LATENCY = 60_000_000  # microseconds
KIB = 1024
# A fork copies the page tables of a whole interpreter for each client, and every page that either side then writes to:
# a millisecond and hundreds of kB. A thread is 17 kB, for the pages of its stack that it has touched and what the
# interpreter keeps of it; a greenlet is 8 kB of stack that was put aside, a task 1 kB and its buffers; a loop of one's
# own keeps a socket and a few words. Less than a half of these distances is asserted, and nothing between neighbours.
SLOWER, PROCESS_DEARER, THREAD_DEARER, STACKLESS = 1.3, 3.0, 1.3, 3.0
LOOPS = ("select", "poll", "epoll", "selectors")
COROUTINES = ("gevent", "asyncio", "uvloop")
PERCENTILES = (50.0, 99.0)
# The shares of a distribution that are drawn.
SHARES = {"50 %": 50.0, "75 %": 75.0, "90 %": 90.0, "99 %": 99.0, "all": 100.0}


class Rivals(Plain):
    """`connections` a second, `p50` and `p99` of the latency in microseconds from when a request was due, `cpu` in
    microseconds for each request, `memory` in KiB for each connection; `threads` and `processes` with all connected.
    """

    name = "rivals"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients connected at the same time", whole_number, 20, 200),
        "rate": Kind("requests a second when latencies are measured", whole_number, 50, 2000),
    }
    services = frozenset({"client", *MECHANISMS})
    quantities = (
        Quantity("connections", unit="/s"),
        Quantity("p50", unit="us"),
        Quantity("p99", unit="us"),
        Quantity("cpu", unit="us"),
        Quantity("memory", unit="KiB", digits=1),
        Quantity("threads"),
        Quantity("processes"),
        ERROR,
    )
    costs = (
        CostCurve("cpu", "processor time of a request", "us"),
        CostCurve("memory", "memory of a connection", "KiB"),
        CostCurve("p99", "p99 of the latency", "us"),
    )

    def predict(self, known: Known) -> Prediction:
        """Threads and processes exactly; of costs only that a process for each client is far dearer than all else."""
        clients = known.scenario.number("clients")
        some: Expectation = Each(dict.fromkeys(MECHANISMS, AtLeast(0)))
        counts = {"threads": mechanisms.threads, "processes": mechanisms.processes}
        return Prediction(
            expected={
                **dict.fromkeys(("connections", "p50", "p99", "cpu", "memory"), some),
                **{key: Each({name: Exactly(of(name, clients)) for name in MECHANISMS}) for key, of in counts.items()},
                "error": Exactly(None),
            },
            reason="a fork copies the page tables of a whole interpreter for each client, so it is the slowest to "
            "connect to and the dearest in memory; a thread keeps a stack, a coroutine less than that; "
            "a loop stays one thread for any number of clients.",
            relations={
                "connections": tuple(Order(("fork", name), SLOWER) for name in LOOPS),
                "memory": (
                    Order(("threads", "fork"), PROCESS_DEARER),
                    *(Order((name, "threads"), THREAD_DEARER) for name in COROUTINES),
                    *(Order((name, "threads"), STACKLESS) for name in LOOPS),
                ),
            },
            facts={"mechanisms": tuple(MECHANISMS)},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the client timed, and what the looks at each server saw before, with all connected, and afterwards;
        `latencies` are drawn.
        """
        said = [event for event in evidence.services["client"].events if event["event"] == "measured"]
        measured: dict[str, dict[str, Json]] = {one.key: {} for one in self.quantities if one is not ERROR}
        for event in said:
            for key, value in _of(evidence, event).items():
                measured[key][str(event["server"])] = value
        latencies = {str(event["server"]): _spread(event["latencies"]) for event in said}
        return {**measured, "error": first_failure(evidence.services.values()), "latencies": latencies}

    def tell(self, service: str, event: Event) -> str | None:
        """How many connections a second a server took."""
        if event["event"] == "measured":
            return f"{service}: {event['server']}: {event['connections']} connections a second"
        return None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """All of them side by side, and then what differs most."""
        shown = [one for one in self.quantities if one is not ERROR]
        rows = {name: [one.words(measured[one.key][name]) for one in shown] for name in measured["connections"]}
        return (
            Grid("the same load", [one.key for one in shown], rows),
            Bars("connections a second, one after the other", "/s", measured["connections"]),
            Bars("memory for each connection", "KiB", measured["memory"]),
            Bars("processor time of a request", "µs", measured["cpu"]),
            Percentiles("from when a request was due to its answer", "µs", measured.get("latencies", {})),
        )


def _of(evidence: Evidence, event: Event) -> dict[str, Json]:
    """The values of one server, by the keys of the quantities."""
    name = str(event["server"])
    server = evidence.services[name]
    begins, holds, answered = (server.sampled(f"{name} {when}") for when in ("begins", "holds", "answered"))
    p50, p99 = percentiles([int(one) for one in event["latencies"]])
    spent = answered.all_cpu_seconds - holds.all_cpu_seconds
    return {
        "connections": int(event["connections"]),
        "p50": p50,
        "p99": p99,
        "cpu": round(1e6 * spent / int(event["requests"])),
        "memory": _memory(begins.memory, holds.memory, evidence.scenario.number("clients")),
        "threads": holds.threads,
        "processes": holds.processes,
    }


def _memory(before: int | None, after: int | None, clients: int) -> float:
    """KiB for each client; raises Unavailable where the kernel does not tell."""
    if before is None or after is None:
        raise Unavailable("this kernel does not tell what memory is a process's own (Linux before 5.3)")
    return round(max(0, after - before) / clients / KIB, 1)


def _spread(latencies: list[Json]) -> dict[str, int]:
    """Microseconds by the share of requests that took no longer."""
    return dict(zip(SHARES, percentiles([int(one) for one in latencies], tuple(SHARES.values())), strict=True))


def percentiles(latencies: list[int], shares: tuple[float, ...] = PERCENTILES) -> tuple[int, ...]:
    """By default the median and the 99th percentile, in microseconds."""
    from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped] # it has no types of its own

    histogram = HdrHistogram(1, LONGEST_LATENCY, 3)
    for one in latencies:
        histogram.record_value(max(1, one))
    return tuple(int(histogram.get_value_at_percentile(share)) for share in shares)


FAMILY: Family = Rivals()
