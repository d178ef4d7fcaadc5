"""A server that works without yielding: how long all others wait, by the honest clock and by the naive one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, seconds, whole_number
from scenarios.pictures import Grid, Percentiles, Picture
from scenarios.quantities import AtLeast, AtMost, Between, Each, Exactly, Expectation, Json, Quantity
from scenarios.scenario import Scenario
from scenarios.theory import stalling

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, ServiceEvidence

CLIENT = "client-"
# A stall is told from what a busy machine does to any request by being so many times longer.
APART = 2
# Seconds, beside half of the stall, that a busy machine may add to a wait, and the precision of a histogram.
ROOM, PRECISION = 0.1, 0.99
# The naive clock counts one long request; below so many requests, one is a hundredth of them.
FEWEST = 200
SECOND = 1_000_000  # in microseconds


class Stalls(Plain):
    """By the name of a loop: `held` is how long the work took, `longest` the longest wait, `corrected` and `naive` the
    two 99th percentiles; `waited` are those meant to be sent in the first `stall` seconds of the work and answered
    after its end. `spread` has more percentiles, for the picture.
    """

    name = "stalls"
    parameters: Mapping[str, Kind] = {
        "kind": Kind("what the work is", choices=("sleep", "compute")),
        "yields": Kind("whether the work lets others have a turn", choices=("no", "yes")),
        "stall": Kind("seconds of work", seconds, 0.3, 5),
        "rate": Kind("requests a second", whole_number, 20, 300),
        "duration": Kind("seconds for which requests are sent", seconds, 1, 60),
    }
    services = frozenset[str]()
    quantities = (
        Quantity("held", unit="s", noun="s of work", digits=2),
        Quantity("longest", unit="s", noun="s for the longest wait", digits=3),
        Quantity("waited", unit="requests", noun="requests wait for its end"),
        Quantity("corrected", unit="s p99", noun="s p99 by the honest clock", digits=3),
        Quantity("naive", unit="s p99", noun="s p99 by the naive one", digits=3),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        """The stall must be over before the last request, and be told from the rest."""
        stall, rate, duration = _asked(scenario)
        if rate * duration < FEWEST:
            return f"rate {rate} for {duration:g} s is {rate * duration:.0f} requests: one of them decides on a p99"
        if not duration / 20 <= stall <= duration / 2:
            return f"stall is {stall:g}: it must be from a twentieth to one half of the duration, {duration:g}"
        return None

    def predict(self, known: Known) -> Prediction:
        """Bounds from the stall that was asked for; those above know how long the work really took."""
        stall, rate, duration = _asked(known.scenario)
        yields = known.scenario.parameters["yields"] == "yes"
        held = dict.fromkeys(loops(known.scenario), stall)
        works = _works(known.evidence) if known.evidence else {}
        held |= {name: max(stall, one.seconds) for name, one in works.items()}
        expect = _yielding if yields else _stalling
        each = {name: expect(stall, rate, round(rate * duration), one) for name, one in held.items()}
        return Prediction(
            expected={
                "held": Each(dict.fromkeys(held, AtLeast(stall))),
                **{key: Each({name: one[key] for name, one in each.items()}) for key in KEYS},
                "error": Exactly(None),
            },
            reason=_reason(stall, rate, duration, yields=yields),
            facts={"loops": loops(known.scenario), "requests": round(rate * duration)},
            waiting=sum(duration + 3 * one for one in held.values()),
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """From the clients' times of each request, and the servers' word on how long they worked."""
        stall, works = _asked(evidence.scenario)[0], _works(evidence)
        seen = {name: one for name in works if (one := _seen(evidence.services[CLIENT + name]))}
        found = {name: _measured(*one, works[name], stall) for name, one in seen.items()}
        return {
            "held": {name: one.seconds for name, one in works.items()},
            **{key: {name: one[key] for name, one in found.items()} for key in KEYS},
            "error": first_failure(evidence.services.values()),
            "spread": {f"{name}, {clock}": one[clock] for name, one in found.items() for clock in CLOCKS},
        }

    def tell(self, service: str, event: Event) -> str | None:
        """How long it worked."""
        if event["event"] == "worked":
            return f"{service}: worked for {event['seconds']:.2f} s ({event['kind']})"
        return None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """The two clocks side by side."""
        rows = {
            name: [f"{measured[key][name] * 1000:.1f} ms" for key in ("naive", "corrected", "longest")]
            for name in measured["naive"]
        }
        return (
            Grid("the same requests by two clocks", ("p99 naive", "p99 corrected", "longest"), rows),
            Percentiles("how long requests waited, by two clocks", "s", measured.get("spread", {})),
        )


KEYS = ("longest", "waited", "corrected", "naive")
CLOCKS = ("honest clock", "naive clock")
# The shares of the requests whose longest wait is drawn.
SHARES = {"50 %": 50.0, "90 %": 90.0, "99 %": 99.0, "99.9 %": 99.9, "all": 100.0}


def loops(scenario: Scenario) -> tuple[str, ...]:
    """The servers that have a client of their own, in order."""
    return tuple(name for name in scenario.services if CLIENT + name in scenario.services)


def _asked(scenario: Scenario) -> tuple[float, int, float]:
    return float(scenario.parameters["stall"]), scenario.number("rate"), float(scenario.parameters["duration"])


def _stalling(stall: float, rate: int, count: int, held: float) -> dict[str, Expectation]:
    """What is expected where nobody has a turn meanwhile."""
    room = ROOM + held / APART
    low = stalling.corrected(rate, count, stall) - 1 / rate
    return {
        "longest": Between((stall - 1 / rate) * PRECISION, held + room),
        "waited": _from_to(*stalling.meant_within(rate, stall)),
        "corrected": Between(max(0.0, low * PRECISION), stalling.corrected(rate, count, held) + room),
        "naive": AtMost(low / APART),
    }


def _yielding(stall: float, rate: int, count: int, held: float) -> dict[str, Expectation]:  # noqa: ARG001 - as above
    """What is expected where others have their turns meanwhile."""
    few = AtMost(held / APART)
    return {
        "longest": few,
        "waited": AtMost(stalling.meant_within(rate, stall)[1] / APART),
        "corrected": few,
        "naive": few,
    }


def _from_to(low: int, high: int) -> Expectation:
    return Exactly(low) if low == high else Between(low, high)


@dataclass(frozen=True)
class Work:
    """When a server's work began, on the clock that all programs of a machine share, and how many seconds it took."""

    begun: float
    seconds: float


def _works(evidence: Evidence) -> dict[str, Work]:
    """What each server says of its work."""
    said = {name: evidence.services[name].last("worked") for name in loops(evidence.scenario)}
    return {name: Work(float(event["begun"]), float(event["seconds"])) for name, event in said.items() if event}


def _seen(client: ServiceEvidence) -> tuple[list[list[int]], float] | None:
    """The times of each request in microseconds, and from when they count."""
    finished = client.last("finished")
    requests = [one for event in client.events if event["event"] == "requests" for one in event["requests"]]
    return (requests, float(finished["begun"])) if finished and requests else None


def _measured(requests: list[list[int]], begun: float, work: Work, stall: float) -> dict[str, Json]:
    """The waits by both clocks: from when a request was meant to be sent, and from when it was.

    When the work was is told by its server. A client that asks for work and then looks at its own clock may have lost
    the processor in between, to that very server: it would have the work end later than it did, and not count the
    answers that came at once after the end.
    """
    corrected = [answered - intended for intended, _, answered in requests]
    naive = [answered - sent for _, sent, answered in requests]
    since = round((work.begun - begun) * SECOND)
    until, end = since + round(stall * SECOND), since + work.seconds * SECOND
    return {
        "longest": max(corrected) / SECOND,
        "waited": sum(since <= intended < until and answered >= end for intended, _, answered in requests),
        "corrected": _within(corrected, 99),
        "naive": _within(naive, 99),
        **{
            clock: {words: _within(waits, share) for words, share in SHARES.items()}
            for clock, waits in zip(CLOCKS, (corrected, naive), strict=True)
        },
    }


def _within(waits: Iterable[int], share: float) -> float:
    """A percentile in seconds, of waits in microseconds, as an HdrHistogram of three digits keeps it."""
    from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped] # it has no types of its own

    histogram = HdrHistogram(1, 3600 * SECOND, 3)
    for wait in waits:
        histogram.record_value(max(1, wait))
    return float(histogram.get_value_at_percentile(share)) / SECOND


def _reason(stall: float, rate: int, duration: float, *, yields: bool) -> str:
    if yields:
        return f"the work of {stall:g} s gives the loop a turn after each part, so nobody waits for it."
    p99 = stalling.corrected(rate, round(rate * duration), stall)
    return (
        f"one thread serves all, so all {rate * stall:.0f} requests of the {stall:g} s wait for its end; "
        f"p99 is {stall:g} - 0.01 * {duration:g}, about {p99:.2f} s, and the naive clock sees one long request."
    )


FAMILY: Family = Stalls()
