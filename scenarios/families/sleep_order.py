"""Tasks that sleep: the order in which they come back, how long it takes, and whether that is the tutorial's order."""

from collections.abc import Mapping
from itertools import pairwise

from scenarios.definition.parameters import Kind, seconds
from scenarios.families.base import Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import bands, joined
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import AtLeast, Between, Each, Exactly, Json, Order, Quantity
from scenarios.pictures import Bars, Picture, Span, Timeline
from scenarios.theory.waiting import START, asleep_one_by_one, asleep_together, printed_order

# Whether other tasks run while one sleeps: with gevent's own sleep and the patched one, not with the unpatched one.
TOGETHER = {"gevent-sleep": True, "time-sleep-patched": True, "time-sleep": False}
# In which system calls they wait: libev's loop in epoll, and time.sleep in its own (Modules/timemodule.c).
WAITS = {True: {"epoll"}, False: {"clock_nanosleep", "nanosleep", "select"}}
# Seconds. A busy machine may change the order of sleeps that differ by less.
LEAST_DIFFERENCE = 0.05
# Programs that call time.sleep, patched by gevent.
PATCHED = {"time-sleep-patched"}
LONGEST = 60.0
MOST = 20


def _as_the_tutorial(value: Json) -> str:
    return "as in the tutorial" if value is True else "not as in the tutorial" if value is False else str(value)


class SleepOrder(Plain):
    """By program: `order` is what it printed, `seconds` how long it took, `claim` whether that is the tutorial's order.

    The tutorial shows, for tasks that sleep 2 s and 1 s, that they come back in the order in which they went to sleep.
    """

    name = "sleep_order"
    parameters: Mapping[str, Kind] = {
        "sleeps": Kind("the sleeps of the tasks, such as 2,1"),
        "scale": Kind("seconds that a sleep of 1 takes", seconds, 0.01, 10),
    }
    services: frozenset[str] = frozenset()
    quantities = (
        Quantity("order", read=joined(", "), each=True),
        Quantity("seconds", unit="s", digits=2, each=True),
        Quantity("claim", label="the tutorial's order", read=_as_the_tutorial, each=True),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        if unknown := [name for name in scenario.services if name not in TOGETHER]:
            return f"this family has no service {', '.join(unknown)}; it has {', '.join(TOGETHER)}"
        try:
            sleeps = _sleeps(scenario)
        except ValueError as error:
            return f"sleeps is {scenario.parameters['sleeps']!r}: {error}"
        if not 1 <= len(sleeps) <= MOST:
            return f"sleeps has {len(sleeps)} numbers: it must have from 1 to {MOST}"
        in_order = sorted(sleeps)
        least = min((after - one for one, after in pairwise(in_order)), default=LEAST_DIFFERENCE)
        if least < LEAST_DIFFERENCE - 1e-9:
            return f"two sleeps differ by {least:.3f} s: they must differ by at least {LEAST_DIFFERENCE} s"
        if sum(sleeps) > LONGEST:
            return f"the sleeps take {sum(sleeps):.0f} s in all: they must take at most {LONGEST:.0f} s"
        return None

    def predict(self, known: Known) -> Prediction:
        sleeps = _sleeps(known.scenario)
        there = {name: both for name, both in TOGETHER.items() if name in known.scenario.services}
        bounds = {name: (asleep_together if both else asleep_one_by_one)(sleeps) for name, both in there.items()}
        orders = {name: printed_order(sleeps, together=both) for name, both in there.items()}
        claimed = _claimed(len(sleeps))
        strict = Prediction(
            expected={
                "order": Each({name: Exactly(order) for name, order in orders.items()}),
                "seconds": Each({name: Between(*one) for name, one in bounds.items()}),
                "claim": Each({name: Exactly(order == claimed) for name, order in orders.items()}),
                "error": Exactly(None),
            },
            reason=_reason(sleeps, set(there.values())),
            relations={"seconds": _shorter(sleeps, there)},
            facts={
                "sleeps": sleeps,
                "threads": 1,
                "waits": {name: WAITS[both] for name, both in there.items()},
                "blocking": {name for name, both in there.items() if not both},
                "patched": PATCHED & set(there),
            },
            waiting=sum(high for _, high in bounds.values()),
        )
        if known.evidence is None:
            return strict
        # The order shows whether tasks slept at the same time, on a machine of any speed.
        measured = self.measure(known.evidence)
        slow = {
            name: AtLeast(low) if measured["order"][name] == orders[name] else Between(low, high)
            for name, (low, high) in bounds.items()
        }
        return strict.unless_late(measured, {"seconds": Each(slow)}, "a sleep took too long")

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        # The time counts from when the first task goes to sleep, without the start of gevent, until the last is back.
        order = {name: list(one.printed) for name, one in evidence.services.items()}
        spans = {name: event["spans"] for name, one in evidence.services.items() if (event := one.last("slept"))}
        claimed = _claimed(len(_sleeps(evidence.scenario)))
        return {
            "order": order,
            "seconds": {name: round(max(map(max, those)) - min(map(min, those)), 4) for name, those in spans.items()},
            "claim": {name: lines == claimed for name, lines in order.items()},
            "error": first_failure(evidence.services.values()),
            "spans": spans,
        }

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        """All programs on one time axis."""
        spans = {name: [(float(begin), float(end)) for begin, end in some] for name, some in measured["spans"].items()}
        sleeps = _sleeps(scenario)
        lanes = {
            f"{name}: task {k}": [Span(begin, end, "asleep")]
            for name, some in spans.items()
            for k, (begin, end) in enumerate(some, start=1)
        }
        foreseen = {
            f"{name}: task {k}": [Span(begin, end, "asleep")]
            for name in spans
            for k, (begin, end) in enumerate(_foreseen(sleeps, together=TOGETHER[name]), start=1)
        }
        total = Bars("until the last task is back", "s", measured["seconds"], bands(predicted["seconds"]))
        asleep = Timeline("when each task sleeps", lanes, foreseen)
        return (asleep, total) if len(lanes) <= MOST else (total,)


def _foreseen(sleeps: list[float], *, together: bool) -> list[tuple[float, float]]:
    """(begin, end) of each sleep on an idle machine."""
    return [(0.0, one) if together else (sum(sleeps[:k]), sum(sleeps[: k + 1])) for k, one in enumerate(sleeps)]


def _sleeps(scenario: Scenario) -> list[float]:
    scale = float(scenario.parameters["scale"])
    sleeps = [scale * seconds(text.strip()) for text in str(scenario.parameters["sleeps"]).split(",")]
    if min(sleeps) < 0:
        raise ValueError("a sleep must not be below 0")
    return sleeps


def _shorter(sleeps: list[float], there: Mapping[str, bool]) -> tuple[Order, ...]:
    """Concurrent sleeps end sooner, if the difference is more than a busy machine may take to start."""
    apart = sum(sleeps) - max(sleeps) >= START
    slower = [name for name, both in there.items() if not both]
    return tuple(Order((name, one)) for name, both in there.items() if both for one in slower) if apart else ()


def _claimed(tasks: int) -> list[str]:
    """The tutorial's order: all go to sleep, and come back in the same order."""
    return printed_order([0.0] * tasks, together=True)


def _reason(sleeps: list[float], together: set[bool]) -> str:
    """For the programs of the scenario only: an exercise asks what the others do."""
    reasons = {
        True: "a sleep that lets other tasks run ends when its own time is over: the shortest ends first, and the "
        f"last one after {max(sleeps):g} s",
        False: f"unpatched time.sleep blocks the only thread, so tasks sleep one by one, {sum(sleeps):g} s in all",
    }
    return "; ".join(reason for both, reason in reasons.items() if both in together) + "."


FAMILY: Family = SleepOrder()
