"""The same URLs fetched one after another, by threads, gevent and asyncio: how long each takes."""

from collections.abc import Iterable, Mapping, Sequence

from scenarios.definition.parameters import Kind, seconds, whole_number
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import bands
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import AtLeast, Between, CostCurve, Each, Exactly, Json, Order, Quantity
from scenarios.pictures import Bars, Picture, Span, Timeline
from scenarios.theory.waiting import Cost, concurrent_seconds, rounds, serial_seconds

# The sizes of the three pages that the tutorial fetched, in bytes.
PAGE_SIZES = (48708, 478886, 55867)
# How the fetchers wait. gevent-unpatched uses the standard library's sockets, which block its only thread unless they
# are patched; gevent's own sockets would need no patch.
SERIAL, CONCURRENT = ("serial", "gevent-unpatched"), ("threads", "gevent", "asyncio")
UNKNOWN = Cost(0, 0)
# A picture has at most so many lanes; times have a precision of a tenth of a millisecond.
MOST_LANES, CLOCK = 40, 1e-4


class Fetch(Plain):
    """`seconds` is how long each fetcher took, `bytes` the size of all bodies; `spans` has the begin and end
    of each fetch, in seconds.
    """

    name = "fetch"
    parameters: Mapping[str, Kind] = {
        "urls": Kind("URLs to fetch", whole_number, 1, 1000),
        "latency": Kind("seconds that the server waits before each answer", seconds, 0.01, 60),
        "pool": Kind("fetches at the same time; 0: all", whole_number, 0, 1000),
    }
    services = frozenset({"origin", "serial"})
    quantities = (Quantity("seconds", unit="s", digits=2), Quantity("bytes", noun="bytes"), ERROR)
    costs = (CostCurve("seconds", "time for all fetches", "s"),)

    def predict(self, known: Known) -> Prediction:
        """Bounds of each fetcher's time; the costs that it calibrates in the run narrow them."""
        urls, latency, pool = _asked(known.scenario)
        costs = calibrated(known.evidence) if known.evidence else {}
        bounds = {}
        for name in known.scenario.services:
            cost = costs.get(name, UNKNOWN)
            if name in SERIAL:
                bounds[name] = serial_seconds(urls, latency, cost)
            elif name in CONCURRENT:
                bounds[name] = concurrent_seconds(urls, latency, pool, cost)
        strict = Prediction(
            expected={
                "seconds": Each({name: Between(*one) for name, one in bounds.items()}),
                "bytes": Exactly(len(bounds) * page_bytes(urls)),
                "error": Exactly(None),
            },
            reason=_reason(list(bounds), urls, latency, pool),
            relations={"seconds": _faster(bounds)} if pool != 1 and urls > 1 else {},
            facts={"fetchers": frozenset(bounds), "bytes of one": page_bytes(urls)},
            waiting=sum(high for _, high in bounds.values()),
        )
        if known.evidence is None:
            return strict
        # Too slow for its bounds is a serial fetcher on a slow machine, or one that did wait for fetches together.
        measured, together = self.measure(known.evidence), min(pool or urls, urls)
        slow = {
            name: AtLeast(low)
            if name in SERIAL or _at_once(measured["spans"].get(name, ())) >= together
            else Between(low, high)
            for name, (low, high) in bounds.items()
        }
        return strict.unless_late(measured, {"seconds": Each(slow)}, "fetches took longer than they wait and cost")

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        fetched = {name: event for name, s in evidence.services.items() if (event := s.last("fetched"))}
        return {
            "seconds": {name: float(event["seconds"]) for name, event in fetched.items()},
            "bytes": sum(int(event["bytes"]) for event in fetched.values()),
            "error": first_failure(evidence.services.values()),
            "spans": {name: event["spans"] for name, event in fetched.items() if "spans" in event},
        }

    def tell(self, service: str, event: Event) -> str | None:
        match event["event"]:
            case "calibrated":
                cost, cpu = event["cost"] * 1000, event["cpu"] * 1000
                return f"{service}: one fetch without latency costs c = {cost:.1f} ms ({cpu:.1f} ms of its own CPU)"
            case "fetched":
                return f"{service}: {event['bytes']} bytes in {event['seconds']:.2f} s"
            case _:
                return None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        """The time of each fetcher; then as many lanes for each as it waits for fetches at the same time."""
        together = {name: _side_by_side(spans) for name, spans in measured["spans"].items()}
        lanes = {
            f"{name} {number}" if len(those) > 1 else name: lane
            for name, those in together.items()
            for number, lane in enumerate(those, start=1)
        }
        total = Bars("time for all fetches", "s", measured["seconds"], bands(predicted["seconds"]))
        shown = 0 < len(lanes) <= MOST_LANES
        return (total, Timeline("fetches that wait at the same time", lanes)) if shown else (total,)


def _at_once(spans: Sequence[Sequence[float]]) -> int:
    """How many fetches there were at the same time, at most."""
    return max((sum(begin <= moment < end for begin, end in spans) for moment, _ in spans), default=0)


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
    """Bytes of the bodies of `urls` fetches; the three page sizes take turns."""
    return sum(PAGE_SIZES[number % len(PAGE_SIZES)] for number in range(urls))


def calibrated(evidence: Evidence) -> dict[str, Cost]:
    """By fetcher, the cost of one fetch as it measured it before it began; raises KeyError, TypeError or ValueError."""
    events = {name: service.last("calibrated") for name, service in evidence.services.items()}
    return {name: Cost(float(event["cost"]), float(event["cpu"])) for name, event in events.items() if event}


def _asked(scenario: Scenario) -> tuple[int, float, int]:
    return scenario.number("urls"), float(scenario.parameters["latency"]), scenario.number("pool")


def _faster(bounds: Mapping[str, tuple[float, float]]) -> tuple[Order, ...]:
    """Concurrent fetchers are faster than serial ones, where their bounds do not overlap."""
    pairs = [(fast, slow) for fast in bounds if fast in CONCURRENT for slow in bounds if slow in SERIAL]
    return tuple(Order((fast, slow)) for fast, slow in pairs if bounds[fast][1] < bounds[slow][0])


def _reason(fetchers: Iterable[str], urls: int, latency: float, pool: int) -> str:
    count = rounds(urls, pool)
    times = "1 latency" if count == 1 else f"{count} latencies"
    together = [name for name in fetchers if name in CONCURRENT]
    names = f"{', '.join(together[:-1])} and {together[-1]} wait" if len(together) > 1 else f"{''.join(together)} waits"
    blocked = "; unpatched, gevent's only thread blocks, so it is serial" if "gevent-unpatched" in fetchers else ""
    return f"serial waits for {urls} latencies of {latency:g} s, one after another; {names} for {times}{blocked}."


FAMILY: Family = Fetch()
