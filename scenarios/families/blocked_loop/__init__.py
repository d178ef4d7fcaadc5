"""Work that blocks an event loop: how long all other requests wait, since each was due and since it was sent."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, seconds, whole_number
from scenarios.errors import OutOfTime
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
from scenarios.families.blocked_loop import theory
from scenarios.families.common import band, bands, count_between, percentiles
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import (
    AtLeast,
    AtMost,
    Between,
    Each,
    Exactly,
    Expectation,
    Json,
    Quantity,
    from_below,
)
from scenarios.pictures import Bars, Percentiles, Picture

CLIENT = "client-"
# A stall is this many times as long as what a busy machine adds to a request.
APART = 2
# In the first part of a run no work delays requests. Where they wait for so much of the work, the machine is busy.
QUIET, NOISE = 1 / 5, 1 / 8
# A client that sends so much of the work later than it could lost the CPU.
HICCUP = 1 / 50
# Seconds that a busy machine may add to a wait, beside half of the stall; and the precision of a histogram.
ROOM, PRECISION = 0.1, 0.99
# The naive clock counts one long request, which must be less than a hundredth of all requests.
FEWEST = 200
# A loop that answers so many requests during the work is not blocked, however late it answers others.
CERTAINLY_SERVED = 3
SECOND = 1_000_000  # in microseconds


class BlockedLoop(Plain):
    """By the name of a loop, in seconds: `held` is how long the work took, `longest` the longest wait, `corrected` and
    `naive` the 99th percentiles of the waits since each request was due and since it was sent. `waited` counts the
    requests due in the first `stall` seconds of the work and answered after its end. `spread` has more percentiles, for
    the picture.
    """

    name = "blocked_loop"
    parameters: Mapping[str, Kind] = {
        "kind": Kind("whether the work sleeps or computes", choices=("sleep", "compute")),
        "yields": Kind(
            "whether the work returns to the loop after each part, or runs in a pool", choices=("no", "yes", "pool")
        ),
        "stall": Kind("seconds that the work takes", seconds, 0.3, 5),
        "rate": Kind("requests per second", whole_number, 20, 300),
        "duration": Kind("seconds for which requests are sent", seconds, 1, 60),
    }
    services = frozenset[str]()
    quantities = (
        Quantity("held", label="work", unit="s", noun="s of work", digits=2),
        Quantity("longest", label="longest wait", unit="s", digits=3),
        Quantity("waited", label="delayed requests", unit="requests", noun="requests are delayed"),
        Quantity("corrected", label="p99 since due", unit="s", noun="s p99 since requests were due", digits=3),
        Quantity("naive", label="p99 since sent", unit="s", noun="s p99 since they were sent", digits=3),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        stall, rate, duration = _asked(scenario)
        if (scenario.parameters["yields"] == "pool") != has_pool(scenario):
            return f"yields is {scenario.parameters['yields']!r}: it is 'pool' for {POOL_PROGRAM} alone"
        if rate * duration < FEWEST:
            return (
                f"rate {rate} for {duration:g} s is {rate * duration:.0f} requests: with fewer than {FEWEST} a single "
                "one decides the p99"
            )
        if not duration / 20 <= stall <= duration / 2:
            return f"stall is {stall:g}: it must be from {duration / 20:g} to {duration / 2:g} for that duration"
        return None

    def predict(self, known: Known) -> Prediction:
        """Lower bounds from the stall that was asked for, upper bounds from how long the work really took."""
        stall, rate, duration = _asked(known.scenario)
        yields = str(known.scenario.parameters["yields"])
        held = dict.fromkeys(loops(known.scenario), stall)
        works = _works(known.evidence) if known.evidence else {}
        held |= {name: max(stall, length) for name, (_, length) in works.items()}
        count = round(rate * duration)
        each = {name: _expected(stall, rate, count, one, yields=yields != "no") for name, one in held.items()}
        strict = Prediction(
            expected={
                "held": Each(dict.fromkeys(held, AtLeast(stall))),
                **{key: Each({name: one[key] for name, one in each.items()}) for key in KEYS},
                "error": Exactly(None),
            },
            reason=_reason(stall, rate, duration, yields),
            facts={"loops": loops(known.scenario), "requests": count, "pool": yields == "pool"},
            waiting=sum(duration + 3 * one for one in held.values()),
        )
        if known.evidence is None:
            return strict
        measured = self.measure(known.evidence)
        bounded = {
            key: Each(
                {name: _at_any_speed(one, key, measured, name, yields=yields != "no") for name, one in each.items()}
            )
            for key in KEYS
        }
        return strict.unless_late(measured, bounded, "requests waited longer than for the work, or it began too late")

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        stall, works = _asked(evidence.scenario)[0], _works(evidence)
        seen = {name: one for name in works if (one := _seen(evidence.services[CLIENT + name]))}
        for name, (requests, _) in seen.items():
            if (noise := _noise(requests)) > NOISE * stall:
                raise OutOfTime(f"this machine is too busy: {name} answered {noise:.2f} s late before the work")
            if evidence.scenario.parameters["yields"] != "no" and _starved(requests, works[name][1], stall):
                raise OutOfTime(f"this machine is too busy: no request of {name} took long, and yet the last were late")
        found = {name: _measured(*one, works[name], stall) for name, one in seen.items()}
        return {
            "held": {name: length for name, (_, length) in works.items()},
            **{key: {name: one[key] for name, one in found.items()} for key in KEYS},
            **{key: {name: one[key] for name, one in found.items()} for key in ("during", "in_time")},
            "error": first_failure(evidence.services.values()),
            "spread": {f"{name}, {clock}": one[clock] for name, one in found.items() for clock in CLOCKS},
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] == "worked":
            return f"{service}: worked for {event['seconds']:.2f} s ({event['kind']})"
        return None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        """How long requests waited by two clocks, with what theory allows of the 99th percentile and of the longest."""
        spread, foreseen = {}, {}
        for name, values in measured.get("spread", {}).items():
            loop, _, clock = name.rpartition(", ")
            key = f"{loop}, {CLOCKS[clock]}"
            spread[key], due = values, CLOCKS[clock] == SINCE_DUE
            at = {"99 %": predicted["corrected" if due else "naive"][loop]}
            at |= {"all": predicted["longest"][loop]} if due else {}
            foreseen[key] = {share: band(one) for share, one in at.items()}
        return (
            Percentiles("how long requests waited, by two clocks", "s", spread, foreseen),
            Bars(
                "99th percentile, timed from when each was due",
                "s",
                measured["corrected"],
                bands(predicted["corrected"]),
            ),
            Bars("99th percentile, timed from when each was sent", "s", measured["naive"], bands(predicted["naive"])),
            Bars("requests that the work delayed", "requests", measured["waited"], bands(predicted["waited"])),
        )


POOL_PROGRAM = "servers.work_pool"
KEYS = ("longest", "waited", "corrected", "naive")
SINCE_DUE = "since due"
CLOCKS = {"honest clock": SINCE_DUE, "naive clock": "since sent"}
# The shares of the requests whose longest wait is drawn.
SHARES = {"50 %": 50.0, "90 %": 90.0, "99 %": 99.0, "99.9 %": 99.9, "all": 100.0}


def loops(scenario: Scenario) -> tuple[str, ...]:
    """The servers of a scenario that have a client of their own, in order."""
    return tuple(name for name in scenario.services if CLIENT + name in scenario.services)


def has_pool(scenario: Scenario) -> bool:
    """Whether the scenario's servers leave their work to a pool."""
    return any(scenario.services[name].program == POOL_PROGRAM for name in loops(scenario))


def _asked(scenario: Scenario) -> tuple[float, int, float]:
    return float(scenario.parameters["stall"]), scenario.number("rate"), float(scenario.parameters["duration"])


def _expected(stall: float, rate: int, count: int, held: float, *, yields: bool) -> dict[str, Expectation]:
    if yields:
        few = AtMost(held / APART)
        waited = AtMost(theory.meant_within(rate, stall)[1] / APART)
        return {"longest": few, "waited": waited, "corrected": few, "naive": few}
    room = ROOM + held / APART
    low = theory.corrected(rate, count, stall) - 1 / rate
    return {
        "longest": Between((stall - 1 / rate) * PRECISION, held + room),
        "waited": count_between(*theory.meant_within(rate, stall)),
        "corrected": Between(max(0.0, low * PRECISION), theory.corrected(rate, count, held) + room),
        "naive": AtMost(low / APART),
    }


def _at_any_speed(
    expected: Mapping[str, Expectation], key: str, measured: Mapping[str, Json], name: str, *, yields: bool
) -> Expectation:
    """The expectation of a loop on a machine of any speed."""
    if name not in measured["in_time"]:
        return expected[key]
    if not measured["in_time"][name] or (yields and measured["during"][name] >= CERTAINLY_SERVED):
        return AtLeast(0)
    return expected[key] if yields or key == "waited" else from_below(expected[key])


def _works(evidence: Evidence) -> dict[str, tuple[float, float]]:
    """By server, when its work began on the clock that all programs of a machine share, and its length; in seconds."""
    said = {name: evidence.services[name].last("worked") for name in loops(evidence.scenario)}
    return {name: (float(event["begun"]), float(event["seconds"])) for name, event in said.items() if event}


def _seen(client: ServiceEvidence) -> tuple[list[list[int]], float] | None:
    """The times of each request in microseconds, and the moment from which they count."""
    finished = client.last("finished")
    requests = [one for event in client.events if event["event"] == "requests" for one in event["requests"]]
    return (requests, float(finished["begun"])) if finished and requests else None


def _noise(requests: list[list[int]]) -> float:
    """The longest wait in seconds of the requests before the work."""
    first = requests[: int(len(requests) * QUIET)]
    return max((answered - intended for intended, _, answered in first), default=0) / SECOND


def _starved(requests: list[list[int]], held: float, stall: float) -> bool:
    """Whether requests were late although none took long to answer, on a machine that also delayed the client itself.

    Such a machine is too slow for the rate. A loop that is blocked answers one request late, and not all a little.
    """
    free = [requests[0][0], *(answered for *_, answered in requests)]
    hiccup = max(sent - max(intended, before) for (intended, sent, _), before in zip(requests, free, strict=False))
    took, late = max(one[2] - one[1] for one in requests), max(one[2] - one[0] for one in requests)
    return took <= held * SECOND / APART < late and hiccup > HICCUP * stall * SECOND


def _measured(requests: list[list[int]], begun: float, work: tuple[float, float], stall: float) -> dict[str, Json]:
    """The waits by both clocks: since a request was due, and since it was sent."""
    # The server reports when its work began. A client that asks for work and then reads its own clock may have lost the
    # CPU in between, to that very server; by its clock the work would end too late, and answers that came right after
    # the end would not count.
    corrected = [answered - intended for intended, _, answered in requests]
    naive = [answered - sent for _, sent, answered in requests]
    since, length = round((work[0] - begun) * SECOND), work[1]
    spread = [
        {words: value / SECOND for words, value in zip(SHARES, percentiles(waits, SHARES.values()), strict=True)}
        for waits in (corrected, naive)
    ]
    until, end = since + round(stall * SECOND), since + length * SECOND
    return {
        "longest": max(corrected) / SECOND,
        "waited": sum(since <= intended < until and answered >= end for intended, _, answered in requests),
        "during": sum(since <= sent and answered < end for _, sent, answered in requests),
        "in_time": until <= requests[-1][0],
        "corrected": spread[0]["99 %"],
        "naive": spread[1]["99 %"],
        **dict(zip(CLOCKS, spread, strict=True)),
    }


def _reason(stall: float, rate: int, duration: float, yields: str) -> str:
    if yields == "pool":
        return f"the work of {stall:g} s blocks a worker of the pool and not the loop, so no request waits for its end."
    if yields == "yes":
        return f"the work of {stall:g} s returns to the loop after each part, so no request waits for its end."
    p99 = theory.corrected(rate, round(rate * duration), stall)
    return (
        f"one thread serves all clients, so the {rate * stall:.0f} requests due in the {stall:g} s of work wait for "
        f"its end: p99 is {stall:g} - 0.01 * {duration:g}, about {p99:.2f} s. Timed from the send, only one is slow."
    )


FAMILY: Family = BlockedLoop()
