"""The same URLs fetched in several ways, one fetcher after the other: how long each waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, seconds, whole_number
from scenarios.pictures import Picture, Span, Timeline
from scenarios.quantities import Between, CostCurve, Each, Exactly, Json, Order, Quantity
from scenarios.scenario import Scenario
from scenarios.theory.waiting import Cost, concurrent_seconds, rounds, serial_seconds

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence

# The sizes of the three pages that the tutorial fetched, in bytes.
PAGE_SIZES = (48708, 478886, 55867)
# How each fetcher waits: gevent without its patch blocks its only thread.
WAITS = {
    "serial": "serial",
    "threads": "concurrent",
    "gevent": "concurrent",
    "asyncio": "concurrent",
    "gevent-unpatched": "serial",
}
UNKNOWN = Cost(0, 0)
# More lanes than these are no picture any more; times are told to a tenth of a millisecond.
MOST_LANES, CLOCK = 40, 1e-4


class Fetches(Plain):
    """`seconds` is how long each fetcher took, `bytes` the bodies of all fetchers together; `spans` say from when to
    when each fetched each URL.
    """

    name = "fetches"
    parameters: Mapping[str, Kind] = {
        "urls": Kind("URLs to fetch", whole_number, 1, 1000),
        "latency": Kind("seconds before each answer", seconds, 0.01, 60),
        "pool": Kind("fetches at a time; 0 is all of them", whole_number, 0, 1000),
    }
    services = frozenset({"origin", "serial"})
    quantities = (Quantity("seconds", unit="s", digits=2), Quantity("bytes", noun="bytes"), ERROR)
    costs = (CostCurve("seconds", "all fetches", "s"),)

    def predict(self, known: Known) -> Prediction:
        """Bounds of each fetcher's time; what it calibrated in the run itself sharpens them."""
        urls, latency, pool = _asked(known.scenario)
        costs = calibrated(known.evidence) if known.evidence else {}
        bounds = {
            name: _bounds(name, urls, latency, pool, costs.get(name, UNKNOWN))
            for name in known.scenario.services
            if name in WAITS
        }
        return Prediction(
            expected={
                "seconds": Each({name: Between(*one) for name, one in bounds.items()}),
                "bytes": Exactly(len(bounds) * page_bytes(urls)),
                "error": Exactly(None),
            },
            reason=_reason(list(bounds), urls, latency, pool),
            relations={"seconds": _faster(bounds)} if pool != 1 and urls > 1 else {},
            facts={"fetchers": frozenset(bounds)},
            waiting=sum(high for _, high in bounds.values()),
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the fetchers reported."""
        fetched = {name: event for name, s in evidence.services.items() if (event := s.last("fetched"))}
        return {
            "seconds": {name: float(event["seconds"]) for name, event in fetched.items()},
            "bytes": sum(int(event["bytes"]) for event in fetched.values()),
            "error": first_failure(evidence.services.values()),
            "spans": {name: event["spans"] for name, event in fetched.items() if "spans" in event},
        }

    def tell(self, service: str, event: Event) -> str | None:
        """What a fetch costs, and how long all took."""
        match event["event"]:
            case "calibrated":
                cost, cpu = event["cost"] * 1000, event["cpu"] * 1000
                return f"{service}: one fetch without latency costs c = {cost:.1f} ms ({cpu:.1f} ms of its own CPU)"
            case "fetched":
                return f"{service}: {event['bytes']} bytes in {event['seconds']:.2f} s"
            case _:
                return None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """As many lanes for each fetcher as it waits for fetches at the same time."""
        together = {name: _side_by_side(spans) for name, spans in measured["spans"].items()}
        lanes = {
            f"{name} {number}" if len(those) > 1 else name: lane
            for name, those in together.items()
            for number, lane in enumerate(those, start=1)
        }
        if not 0 < len(lanes) <= MOST_LANES:
            return ()
        return (Timeline("who waits for how many at the same time", lanes),)


def _side_by_side(spans: Sequence[Sequence[float]]) -> list[list[Span]]:
    """Each fetch in the first lane that is free when it begins."""
    lanes: list[list[Span]] = []
    for begin, end in sorted((float(begin), float(end)) for begin, end in spans):
        free = next((lane for lane in lanes if lane[-1].end <= begin + CLOCK), None)
        if free is None:
            lanes.append(free := [])
        free.append(Span(begin, end, "fetching"))
    return lanes


def page_bytes(urls: int) -> int:
    """Bytes of the bodies of `urls` fetches, which take the three page sizes in turn."""
    return sum(PAGE_SIZES[number % len(PAGE_SIZES)] for number in range(urls))


def calibrated(evidence: Evidence) -> dict[str, Cost]:
    """What each fetcher measured of its own cost before it fetched."""
    events = {name: service.last("calibrated") for name, service in evidence.services.items()}
    return {name: Cost(float(event["cost"]), float(event["cpu"])) for name, event in events.items() if event}


def _asked(scenario: Scenario) -> tuple[int, float, int]:
    return scenario.number("urls"), float(scenario.parameters["latency"]), scenario.number("pool")


def _bounds(name: str, urls: int, latency: float, pool: int, cost: Cost) -> tuple[float, float]:
    if WAITS[name] == "serial":
        return serial_seconds(urls, latency, cost)
    return concurrent_seconds(urls, latency, pool, cost)


def _faster(bounds: Mapping[str, tuple[float, float]]) -> tuple[Order, ...]:
    """Who waits for all at once is faster than who waits for one after another, where theory keeps them apart."""
    together, in_turn = ([name for name in bounds if WAITS[name] == how] for how in ("concurrent", "serial"))
    apart = [(fast, slow) for fast in together for slow in in_turn if bounds[fast][1] < bounds[slow][0]]
    return tuple(Order(pair) for pair in apart)


def _reason(fetchers: Iterable[str], urls: int, latency: float, pool: int) -> str:
    count = rounds(urls, pool)
    times = "1 latency" if count == 1 else f"{count} latencies"
    together = [name for name in fetchers if WAITS[name] == "concurrent"]
    names = f"{', '.join(together[:-1])} and {together[-1]} wait" if len(together) > 1 else f"{''.join(together)} waits"
    blocked = "; unpatched gevent blocks its only thread, so it is serial" if "gevent-unpatched" in fetchers else ""
    return f"serial waits for {urls} latencies of {latency:g} s one after another; {names} for {times}{blocked}."


FAMILY: Family = Fetches()
