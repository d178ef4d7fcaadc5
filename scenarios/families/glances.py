"""A mouse is clicked: what a loop sees that looks every so often, and one that waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, seconds, whole_number
from scenarios.pictures import Grid, Picture
from scenarios.quantities import AtMost, Between, Each, Exactly, Expectation, Json, Quantity
from scenarios.scenario import Scenario
from scenarios.theory.clicks import Poller, kept_period, moments, spare
from scenarios.theory.descriptors import LISTENERS, STANDARD_STREAMS

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence

WATCHERS = ("queue", "poller", "in-turn")
# By this part of a period a look or a click may come late on a machine with much else to do.
LATE = 1 / 4
# Seconds that nothing needs that is neither polled nor blocked, on such a machine.
PROMPT = 0.1


class Glances(Plain):
    """`seen` are the clicks that a watcher saw, `turns` how often its loop turned, `delay` the mean time until a click
    was noticed, in seconds.
    """

    name = "glances"
    parameters: Mapping[str, Kind] = {
        "clicks": Kind("how often the mouse is clicked", whole_number, 1, 1000),
        "span": Kind("seconds during which it is clicked", seconds, 1, 30),
        "seed": Kind("what the moments of the clicks are drawn from", whole_number, 0, 10**9),
        "period": Kind("seconds from one poll to the next", seconds, 0.1, 10),
        "keyboards": Kind("devices on which nobody types", whole_number, 0, 20),
        "blocking": Kind("seconds for which reading a silent device blocks", seconds, 0.05, 5),
    }
    services = frozenset({*WATCHERS, "clicker"})
    quantities = (
        Quantity("seen", unit="clicks", noun="clicks seen"),
        Quantity("turns", unit="turns", noun="turns of the loop"),
        Quantity("delay", unit="s", noun="s of delay", digits=3),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        """Reading the silent devices must not end just when the next poll is due."""
        period, silent, blocking = _asked(scenario)
        if spare(period, silent, blocking) >= LATE * period:
            return None
        return f"{silent} devices that block for {blocking:g} s end too close to a multiple of the period {period:g} s"

    def predict(self, known: Known) -> Prediction:
        """The same clicks, drawn from the same seed."""
        scenario = known.scenario
        period, silent, blocking = _asked(scenario)
        span = float(scenario.parameters["span"])
        clicks = moments(scenario.number("clicks"), span, scenario.number("seed"))
        kept = kept_period(period, silent, blocking)
        pollers = {"poller": Poller(period, LATE * period), "in-turn": Poller(kept, LATE * period)}
        seen = {name: _between(*one.seen(clicks)) for name, one in pollers.items()}
        delay = {name: Between(*(round(bound, 3) for bound in one.delay(clicks))) for name, one in pollers.items()}
        return Prediction(
            expected={
                "seen": Each({"queue": Exactly(len(clicks)), **seen}),
                "turns": Each(
                    {"queue": Exactly(len(clicks) + 1)}
                    | {name: _between(*one.looks(span)) for name, one in pollers.items()}
                ),
                "delay": Each({"queue": AtMost(PROMPT), **delay}),
                "error": Exactly(None),
            },
            reason=(
                f"of the clicks between two polls only the last is seen, {period:g} s apart; {silent} silent devices "
                f"block the loop that reads them in turn for {silent * blocking:g} s, so its polls are {kept:g} s "
                "apart. The queue turns once for each click, and once for the end."
            ),
            facts={"descriptors": {name: _descriptors(name, silent) for name in WATCHERS}},
            waiting=span + 2 * kept,
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What each watcher saw and when, against the moments that the seed gives."""
        scenario = evidence.scenario
        clicks = moments(scenario.number("clicks"), float(scenario.parameters["span"]), scenario.number("seed"))
        watched = {name: event for name in WATCHERS if (event := evidence.services[name].last("watched"))}
        return {
            "seen": {name: len(event["seen"]) for name, event in watched.items()},
            "turns": {name: int(event["turns"]) for name, event in watched.items()},
            "delay": {name: _mean_delay(clicks, event["noticed"]) for name, event in watched.items()},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        """What a watcher saw."""
        if event["event"] != "watched":
            return None
        return f"{service}: saw {len(event['seen'])} of {len(event['noticed'])} clicks in {event['turns']} turns"

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """Who saw how many, how soon, at how many turns."""
        rows = {
            name: (str(measured["seen"][name]), str(measured["turns"][name]), f"{measured['delay'][name]:.3f} s")
            for name in measured["seen"]
        }
        return (Grid("the same clicks", ("seen", "turns", "mean delay"), rows),)


def _asked(scenario: Scenario) -> tuple[float, int, float]:
    given = scenario.parameters
    return float(given["period"]), scenario.number("keyboards"), float(given["blocking"])


def _between(low: int, high: int) -> Expectation:
    return Exactly(low) if low == high else Between(low, high)


def _descriptors(name: str, silent: int) -> int:
    """Descriptors before the clicks: the streams, the listener and the devices; the epoll set comes later."""
    return STANDARD_STREAMS + LISTENERS + 1 + (0 if name == "poller" else silent)


def _mean_delay(clicks: list[float], noticed: list[float]) -> float | None:
    """The mean in seconds; None unless every click was noticed."""
    delays = [float(seen) - click for seen, click in zip(noticed, clicks, strict=False)]
    return round(sum(delays) / len(delays), 3) if len(noticed) == len(clicks) else None


FAMILY: Family = Glances()
