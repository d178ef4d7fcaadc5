"""Tasks that sleep: in which order they come back, how long it takes in all, and whether a text had it right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, seconds
from scenarios.pictures import Picture, Span, Timeline
from scenarios.quantities import Between, Each, Exactly, Json, Order, Quantity
from scenarios.scenario import Scenario
from scenarios.theory.waiting import START, asleep_one_by_one, asleep_together, told_order

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence

# How each program sleeps: gevent's own sleep and the patched one let others run, the unpatched one lets nobody.
TOGETHER = {"gevent-sleep": True, "time-sleep-patched": True, "time-sleep": False}
# Sleeps that differ by less come back in an order that a busy machine may change.
LEAST_DIFFERENCE = 0.05
LONGEST = 60.0
MOST = 20


def _in_a_row(lines: Json) -> str:
    return ", ".join(map(str, lines)) if isinstance(lines, list) else str(lines)


def _as_the_text(value: Json) -> str:
    return "as the text has it" if value is True else "not as the text has it" if value is False else str(value)


class Naps(Plain):
    """`order` is what each program printed; `seconds` how long it took; `claim` whether that was the text's order.

    A text on coroutines prints, of tasks that sleep 2 s and 1 s, that they come back in the order in which they went.
    """

    name = "naps"
    parameters: Mapping[str, Kind] = {
        "sleeps": Kind("how long each task sleeps, such as 2,1"),
        "scale": Kind("seconds that a 1 among the sleeps stands for", seconds, 0.01, 10),
    }
    services: frozenset[str] = frozenset()
    quantities = (
        Quantity("order", read=_in_a_row, each=True),
        Quantity("seconds", unit="s", digits=2, each=True),
        Quantity("claim", read=_as_the_text, each=True),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        """Programs that are known; numbers, not too many of them, and far enough from each other."""
        if unknown := [name for name in scenario.services if name not in TOGETHER]:
            return f"there is no model of {', '.join(unknown)}; there is of {', '.join(TOGETHER)}"
        try:
            sleeps = _sleeps(scenario)
        except ValueError as error:
            return f"sleeps is {scenario.parameters['sleeps']!r}: {error}"
        if not 1 <= len(sleeps) <= MOST:
            return f"sleeps has {len(sleeps)} numbers: it must have from 1 to {MOST}"
        in_order = sorted(sleeps)
        least = min((after - one for one, after in pairwise(in_order)), default=LEAST_DIFFERENCE)
        if least < LEAST_DIFFERENCE - 1e-9:
            return f"two sleeps are {least:.3f} s apart; under {LEAST_DIFFERENCE} s a busy machine may change the order"
        return f"sleeps of {sum(sleeps):.0f} s in all are too long" if sum(sleeps) > LONGEST else None

    def predict(self, known: Known) -> Prediction:
        """Together: back by length, and the longest; one by one: as they went, and the sum."""
        sleeps = _sleeps(known.scenario)
        there = {name: both for name, both in TOGETHER.items() if name in known.scenario.services}
        bounds = {name: (asleep_together if both else asleep_one_by_one)(sleeps) for name, both in there.items()}
        orders = {name: told_order(sleeps, together=both) for name, both in there.items()}
        claimed = _claimed(len(sleeps))
        return Prediction(
            expected={
                "order": Each({name: Exactly(order) for name, order in orders.items()}),
                "seconds": Each({name: Between(*one) for name, one in bounds.items()}),
                "claim": Each({name: Exactly(order == claimed) for name, order in orders.items()}),
                "error": Exactly(None),
            },
            reason=_reason(sleeps, set(there.values())),
            relations={"seconds": _shorter(sleeps, there)},
            facts={"sleeps": sleeps, "threads": 1},
            waiting=sum(high for _, high in bounds.values()),
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """The lines as they came, and the time from the first that goes to sleep to the last that is back.

        What gevent needs to begin, before anybody sleeps, is no part of it.
        """
        order = {name: list(one.printed) for name, one in evidence.services.items()}
        slept = {name: event for name, one in evidence.services.items() if (event := one.last("slept"))}
        claimed = _claimed(len(_sleeps(evidence.scenario)))
        return {
            "order": order,
            "seconds": {name: _from_first_to_last(event["spans"]) for name, event in slept.items()},
            "claim": {name: lines == claimed for name, lines in order.items()},
            "error": first_failure(evidence.services.values()),
            "spans": {name: event["spans"] for name, event in slept.items()},
        }

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """Each program's tasks, one below the other."""
        return tuple(
            Timeline(name, {f"task {k + 1}": [Span(begin, end, "asleep")] for k, (begin, end) in enumerate(spans)})
            for name, spans in measured["spans"].items()
        )


def _sleeps(scenario: Scenario) -> list[float]:
    """Seconds; raises ValueError."""
    scale = float(scenario.parameters["scale"])
    sleeps = [scale * seconds(text.strip()) for text in str(scenario.parameters["sleeps"]).split(",")]
    if min(sleeps) < 0:
        raise ValueError("nobody sleeps for less than no time")
    return sleeps


def _from_first_to_last(spans: Sequence[Sequence[float]]) -> float:
    return round(max(end for _, end in spans) - min(begin for begin, _ in spans), 4)


def _shorter(sleeps: list[float], there: Mapping[str, bool]) -> tuple[Order, ...]:
    """Who sleeps together is back sooner, where that is more than a busy machine may take to begin."""
    apart = sum(sleeps) - max(sleeps) >= START
    slower = [name for name, both in there.items() if not both]
    return tuple(Order((name, one)) for name, both in there.items() if both for one in slower) if apart else ()


def _claimed(tasks: int) -> list[str]:
    """Everybody goes to sleep, and they come back in the same order."""
    numbers = range(1, tasks + 1)
    return [*(f"task {number} goes to sleep" for number in numbers), *(f"task {number} is back" for number in numbers)]


def _reason(sleeps: list[float], together: set[bool]) -> str:
    """Of those alone that are there: an exercise asks for what the others do."""
    reasons = {
        True: "who lets others run while it sleeps comes back when its own time is over, the shortest first and all "
        f"within {max(sleeps):g} s",
        False: f"time.sleep blocks the only thread, so they come one by one, in {sum(sleeps):g} s",
    }
    return "; ".join(reason for both, reason in reasons.items() if both in together) + "."


FAMILY: Family = Naps()
