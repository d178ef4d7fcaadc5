"""A mouse is clicked, and then it is not: what a loop sees that looks every so often, and what that costs; and one that
waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, seconds, whole_number
from scenarios.pictures import Grid, Picture
from scenarios.quantities import AtLeast, AtMost, Between, Each, Exactly, Expectation, Json, Quantity, Ratio
from scenarios.scenario import Scenario
from scenarios.theory.clicks import Poller, kept_period, moments, spare, wakes_a_second
from scenarios.theory.descriptors import LISTENERS, STANDARD_STREAMS

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, ServiceEvidence

WATCHERS = ("queue", "poller", "in-turn")
POLLERS = ("poller", "in-turn")
# The looks between which nothing happens.
IDLE = ("still", "stirs")
# By this part of a period a look or a click may come late on a machine with much else to do.
LATE = 1 / 4
# Seconds that nothing needs that is neither polled nor blocked, on such a machine.
PROMPT = 0.1


# How many looks there must be for their processor time to be compared, and by how much each may cost more or less than
# another, on such a machine.
ENOUGH, UNEVEN = 2, 5.0


class Glances(Plain):
    """`seen` are the clicks that a watcher saw, `turns` how often its loop turned meanwhile, `delay` the mean time
    until a click was noticed, in seconds. In the seconds afterwards in which nothing happens, `asked` is how often it
    asked, and `burnt` the microseconds that it had of the processor.
    """

    name = "glances"
    parameters: Mapping[str, Kind] = {
        "clicks": Kind("how often the mouse is clicked", whole_number, 1, 1000),
        "span": Kind("seconds during which it is clicked", seconds, 1, 30),
        "seed": Kind("what the moments of the clicks are drawn from", whole_number, 0, 10**9),
        "period": Kind("seconds from one poll to the next", seconds, 0.1, 10),
        "keyboards": Kind("devices beside the mouse", whole_number, 0, 20),
        "keys": Kind("how many keys are typed to the watcher that waits for events", whole_number, 0, 1000),
        "blocking": Kind("seconds for which reading a silent device blocks", seconds, 0.05, 5),
        "idle": Kind("seconds afterwards during which nothing happens", seconds, 1, 30),
    }
    services = frozenset({*WATCHERS, "clicker"})
    quantities = (
        Quantity("seen", unit="clicks", noun="clicks seen"),
        Quantity("turns", unit="turns", noun="turns of the loop"),
        Quantity("delay", unit="s", noun="s of delay", digits=3),
        Quantity("asked", unit="times", noun="times asked while nothing happens"),
        Quantity("burnt", unit="µs", noun="µs of the processor meanwhile"),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        """Reading the silent devices must not end just when the next poll is due, and keys need a keyboard."""
        period, silent, blocking = _asked(scenario)
        if scenario.number("keys") and not silent:
            return f"{scenario.number('keys')} keys, and no keyboard to type them on"
        if spare(period, silent, blocking) >= LATE * period:
            return None
        return f"{silent} devices that block for {blocking:g} s end too close to a multiple of the period {period:g} s"

    def predict(self, known: Known) -> Prediction:
        """The same clicks, drawn from the same seed."""
        scenario = known.scenario
        period, silent, blocking = _asked(scenario)
        span, idle = float(scenario.parameters["span"]), float(scenario.parameters["idle"])
        clicks = moments(scenario.number("clicks"), span, scenario.number("seed"))
        kept = kept_period(period, silent, blocking)
        pollers = {"poller": Poller(period, LATE * period), "in-turn": Poller(kept, LATE * period)}
        seen = {name: _between(*one.seen(clicks)) for name, one in pollers.items()}
        delay = {name: Between(*(round(bound, 3) for bound in one.delay(clicks))) for name, one in pollers.items()}
        looks = {name: one.looks_within(idle, period) for name, one in pollers.items()}
        return Prediction(
            expected={
                "seen": Each({"queue": Exactly(len(clicks)), **seen}),
                "turns": Each(
                    {"queue": Exactly(len(clicks) + scenario.number("keys") + 1)}
                    | {name: _between(*one.looks(span)) for name, one in pollers.items()}
                ),
                "delay": Each({"queue": AtMost(PROMPT), **delay}),
                "asked": Each({"queue": Exactly(0)} | {name: Between(*bounds) for name, bounds in looks.items()}),
                "burnt": Each({"queue": Exactly(0)} | {name: AtLeast(least) for name, (least, _) in looks.items()}),
                "error": Exactly(None),
            },
            reason=(
                f"of the clicks between two polls only the last is seen, {period:g} s apart; {silent} silent devices "
                f"block the loop that reads them in turn for {silent * blocking:g} s, so its polls are {kept:g} s "
                "apart. The queue turns once for each click and each key, and once for the end. In the "
                f"{idle:g} s in which nothing happens the pollers are waked as before, and the queue sleeps."
            ),
            relations={"burnt": _burnt(looks, wakes_a_second(period, 0) / wakes_a_second(kept, silent))},
            facts={"descriptors": {name: _descriptors(name, silent) for name in WATCHERS}},
            waiting=span + idle + 4 * kept,
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What each watcher saw and when, against the moments that the seed gives."""
        scenario = evidence.scenario
        clicks = moments(scenario.number("clicks"), float(scenario.parameters["span"]), scenario.number("seed"))
        watched = {name: event for name in WATCHERS if (event := evidence.services[name].last("watched"))}
        device = evidence.services["clicker"]
        clicked, over = device.last("clicked"), device.last("over")
        turns = {"queue": int(watched["queue"]["turns"])} if "queue" in watched else {}
        polled = _by_name(clicked["turns"]) if clicked else {}
        return {
            "seen": {name: len(event["seen"]) for name, event in watched.items()},
            "turns": turns | {name: polled[name] for name in watched if name in POLLERS and name in polled},
            "delay": {name: _mean_delay(clicks, event["noticed"]) for name, event in watched.items()},
            "asked": _by_name(over["asked"]) if over else {},
            "burnt": {name: one for name in WATCHERS if (one := _microseconds(evidence.services[name])) is not None},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        """What a watcher saw."""
        if event["event"] == "watched":
            return f"{service}: saw {len(event['seen'])} of {len(event['noticed'])} clicks in {event['turns']} turns"
        return f"{service}: nothing happens for a while" if event["event"] == "still" else None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """Who saw how many, how soon, at how many turns."""
        rows = {
            name: (
                str(measured["seen"][name]),
                str(measured["turns"][name]),
                f"{measured['delay'][name]:.3f} s",
                str(measured["asked"][name]),
                f"{measured['burnt'][name]} µs",
            )
            for name in measured["seen"]
        }
        heads = ("seen", "turns", "mean delay", "asked while idle", "processor while idle")
        return (Grid("the same clicks, and then none", heads, rows),)


def _asked(scenario: Scenario) -> tuple[float, int, float]:
    given = scenario.parameters
    return float(given["period"]), scenario.number("keyboards"), float(given["blocking"])


def _between(low: int, high: int) -> Expectation:
    return Exactly(low) if low == high else Between(low, high)


def _burnt(looks: Mapping[str, tuple[int, int]], times: float) -> tuple[Expectation, ...]:
    """What the pollers had of the processor, by how often they were waked, where that was often enough."""
    enough = all(least >= ENOUGH for least, _ in looks.values())
    return (Ratio(*POLLERS, round(times / UNEVEN, 2), round(times * UNEVEN, 2)),) if enough else ()


def _microseconds(watcher: ServiceEvidence) -> int | None:
    """What it had of the processor while nothing happened; None when it had ended."""
    spent = watcher.spent(*IDLE)
    return None if spent is None else round(1e6 * spent)


def _by_name(values: Sequence[int]) -> dict[str, int]:
    """What the mouse counted, whose watchers come in that order."""
    return dict(zip(WATCHERS, map(int, values), strict=True))


def _descriptors(name: str, silent: int) -> int:
    """Descriptors before the clicks: the streams, the listener and the devices; the epoll set comes later."""
    return STANDARD_STREAMS + LISTENERS + 1 + (0 if name == "poller" else silent)


def _mean_delay(clicks: list[float], noticed: list[float]) -> float | None:
    """The mean in seconds; None unless every click was noticed."""
    delays = [float(seen) - click for seen, click in zip(noticed, clicks, strict=False)]
    return round(sum(delays) / len(delays), 3) if len(noticed) == len(clicks) else None


FAMILY: Family = Glances()
