"""Polling against an event queue: clicks missed, delay, and CPU time while nothing happens."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scenarios.definition.parameters import Kind, seconds, whole_number
from scenarios.errors import OutOfTime
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import bands, count_between
from scenarios.families.polling_vs_events.theory import Poller, kept_period, keys, moments, spare, wakes_a_second
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import AtLeast, AtMost, Between, Each, Exactly, Expectation, Json, Quantity, Ratio
from scenarios.pictures import Bars, Bound, Mark, Picture, Span, Timeline
from scenarios.theory.descriptors import LISTENERS, STANDARD_STREAMS

WATCHERS = ("queue", "poller", "in-turn")
POLLERS = ("poller", "in-turn")
# The two moments between which nothing happens.
IDLE = ("still", "stirs")
# On a busy machine a poll or a click may be late by this part of a period.
LATE = 1 / 4
# Seconds within which such a machine delivers an event that is neither polled nor blocked.
PROMPT = 0.1
# The CPU time of pollers is compared if each polls at least so often; one poll may cost so many times another.
ENOUGH, UNEVEN = 2, 5.0
# More clicks than this do not fit into a picture.
DRAWN_AT_MOST = 100


class PollingVsEvents(Plain):
    """By watcher: `seen` is how many clicks it saw, `turns` how often its loop turned meanwhile, `delay` the mean time
    in seconds until it noticed a click. Of the seconds afterwards, in which nothing happens, `asked` is how often it
    polled, and `burnt` its CPU time in microseconds.
    """

    name = "polling_vs_events"
    parameters: Mapping[str, Kind] = {
        "clicks": Kind("how often the mouse is clicked", whole_number, 1, 1000),
        "span": Kind("seconds during which the mouse is clicked", seconds, 1, 30),
        "seed": Kind("seed of the random moments of the clicks", whole_number, 0, 10**9),
        "period": Kind("seconds from one poll to the next", seconds, 0.1, 10),
        "keyboards": Kind("silent devices beside the mouse", whole_number, 0, 20),
        "keys": Kind("keys that are typed to the watcher that waits for events", whole_number, 0, 1000),
        "blocking": Kind("seconds that a read of a silent device blocks", seconds, 0.05, 5),
        "idle": Kind("seconds afterwards in which nothing happens", seconds, 1, 30),
    }
    services = frozenset({*WATCHERS, "clicker"})
    quantities = (
        Quantity("seen", label="clicks seen", unit="clicks", noun="clicks seen"),
        Quantity("turns", label="turns of the loop", unit="turns", noun="turns of the loop"),
        Quantity("delay", label="mean delay", unit="s", noun="s of mean delay", digits=3),
        Quantity("asked", label="polls while idle", unit="times", noun="polls while idle"),
        Quantity("burnt", label="CPU time while idle", unit="µs", noun="µs of CPU time while idle"),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        # Reading the silent devices must not end just when the next poll is due: either period would be right.
        period, silent, blocking = _asked(scenario)
        if scenario.number("keys") and not silent:
            return f"keys is {scenario.number('keys')}: it must be 0 where keyboards is 0"
        if spare(period, silent, blocking) >= LATE * period:
            return None
        return f"{silent} reads that block for {blocking:g} s end too close to a multiple of the period {period:g} s"

    def predict(self, known: Known) -> Prediction:
        """The bounds of an idle machine; after a late run also those that hold on a machine of any speed."""
        strict = _on_an_idle_machine(known.scenario)
        if known.evidence is None:
            return strict
        period, span, idle = _asked(known.scenario)[0], *_spans(known.scenario)
        pollers = _pollers(known.scenario)
        each = _late(known.evidence)
        late, why = max(each.values())
        bounded = _at_any_speed(
            strict,
            {name: one.looks(span + late) for name, one in pollers.items()},
            {name: one.looks_within(idle + late, period) for name, one in pollers.items()},
        )
        judged = strict.unless_late(self.measure(known.evidence), bounded, why if late > LATE * period else None)
        # A poller that had no CPU says nothing of the queue.
        of_queue, why = max(each[name] for name in ("clicker", "queue"))
        return replace(judged, facts={**strict.facts, "late": why if of_queue > LATE * period else None})

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        scenario = evidence.scenario
        clicks = moments(scenario.number("clicks"), float(scenario.parameters["span"]), scenario.number("seed"))
        watched = {name: event for name in WATCHERS if (event := evidence.services[name].last("watched"))}
        device = evidence.services["clicker"]
        clicked, over = device.last("clicked"), device.last("over")
        # The device only sleeps until its next click: where it is late, the pollers are, whatever they do.
        if clicked and (late := float(clicked.get("late", 0))) > LATE * _asked(scenario)[0] / 2:
            raise OutOfTime(f"this machine is too busy: the mouse was clicked {late:.2f} s late")
        turns = {"queue": int(watched["queue"]["turns"])} if "queue" in watched else {}
        polled = _by_name(clicked["turns"]) if clicked else {}
        return {
            "seen": {name: len(event["seen"]) for name, event in watched.items()},
            "turns": turns | {name: polled[name] for name in watched if name in POLLERS and name in polled},
            "delay": {name: _mean_delay(clicks, event["noticed"]) for name, event in watched.items()},
            "asked": _by_name(over["asked"]) if over else {},
            "burnt": {
                name: round(1e6 * spent)
                for name in WATCHERS
                if (spent := evidence.services[name].spent(*IDLE)) is not None
            },
            "error": first_failure(evidence.services.values()),
            "clicks": clicks,
            "seen_clicks": {name: event["seen"] for name, event in watched.items()},
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] == "watched":
            return f"{service}: saw {len(event['seen'])} of {len(event['noticed'])} clicks in {event['turns']} turns"
        return f"{service}: nothing happens for a while" if event["event"] == "still" else None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        """Each click in the lane of each watcher, within the periods from poll to poll."""
        period, silent, blocking = _asked(scenario)
        kept = {"poller": period, "in-turn": kept_period(period, silent, blocking)}
        clicks, seen = measured.get("clicks", []), measured.get("seen_clicks", {})
        count, span = scenario.number("clicks"), float(scenario.parameters["span"])
        counted = tuple(
            Bars(title, unit, measured[key], bands(predicted[key]), lines)
            for key, title, unit, lines in (
                ("seen", "clicks seen", "clicks", (Bound(count, "the number of clicks"),)),
                ("burnt", "CPU time while nothing happens", "µs", ()),
                ("delay", "mean delay until a click is noticed", "s", ()),
                ("asked", "polls while nothing happens", "polls", ()),
            )
        )
        if not 0 < len(clicks) <= DRAWN_AT_MOST:
            return counted
        lanes = {name: _clicks(clicks, {int(number) for number in numbers}) for name, numbers in seen.items()}
        polls = {name: [Span(at, at + one, "poll") for at in _starts(one, span)] for name, one in kept.items()}
        note = "Predicted: the time from one poll to the next. Of the clicks in it only the last is seen."
        return (Timeline("the clicks that each watcher saw", {}, polls, lanes, note), *counted)


def _clicks(clicks: Sequence[float], seen: set[int]) -> list[Mark]:
    return [Mark(float(at), "seen" if n in seen else "missed") for n, at in enumerate(clicks, start=1)]


def _starts(period: float, span: float) -> list[float]:
    """The moments from which a poller waits for its next poll."""
    return [n * period for n in range(math.ceil(span / period))]


def _late(evidence: Evidence) -> dict[str, tuple[float, str]]:
    """By how many seconds each program was late, in words too: the mouse by its own clock, a watcher by its queueing.

    A poll is late by all the time for which a poller was ready to run and had no CPU, at most. The queue's mean delay
    is as long as it waited for a CPU each time that it woke.
    """
    events = [event for name in ("clicked", "over") if (event := evidence.services["clicker"].last(name))]
    mouse = max([float(event["late"]) for event in events], default=0.0)
    found = {"clicker": (mouse, f"the mouse was {mouse:.2f} s late")}
    for name in WATCHERS:
        samples = [one for one in evidence.services[name].samples if one.queued is not None]
        waited = (samples[-1].queued or 0.0) - (samples[0].queued or 0.0) if samples else 0.0
        if name not in POLLERS and samples:
            waited /= max(1, (samples[-1].voluntary or 0) - (samples[0].voluntary or 0))
        found[name] = (waited, f"{name} was ready to run and had no CPU for {waited:.2f} s")
    return found


def _on_an_idle_machine(scenario: Scenario) -> Prediction:
    period, silent, blocking = _asked(scenario)
    span, idle = _spans(scenario)
    clicks = moments(scenario.number("clicks"), span, scenario.number("seed"))
    pollers, kept = _pollers(scenario), kept_period(period, silent, blocking)
    seen = {name: count_between(*one.seen(clicks)) for name, one in pollers.items()}
    turns = {name: count_between(*one.looks(span)) for name, one in pollers.items()}
    delay = {name: Between(*(round(bound, 3) for bound in one.delay(clicks))) for name, one in pollers.items()}
    looks = {name: one.looks_within(idle, period) for name, one in pollers.items()}
    return Prediction(
        expected={
            "seen": Each({"queue": Exactly(len(clicks)), **seen}),
            "turns": Each({"queue": AtMost(len(clicks) + scenario.number("keys") + 1), **turns}),
            "delay": Each({"queue": AtMost(PROMPT), **delay}),
            "asked": Each({"queue": Exactly(0)} | {name: Between(*bounds) for name, bounds in looks.items()}),
            "burnt": Each({"queue": Exactly(0)} | {name: AtLeast(least) for name, (least, _) in looks.items()}),
            "error": Exactly(None),
        },
        reason=(
            f"polls are {period:g} s apart, and each sees only the last click before it; {silent} silent devices "
            f"block the loop that reads them in turn for {silent * blocking:g} s, so its polls are {kept:g} s "
            "apart. The queue's loop turns at most once for each click and key, and once for the end. In the "
            f"{idle:g} s in which nothing happens the pollers wake as before, and the queue sleeps."
        ),
        relations={"burnt": _cpu_ratio(looks, wakes_a_second(period, 0) / wakes_a_second(kept, silent))},
        facts={
            "descriptors": {name: _descriptors(name, silent) for name in WATCHERS},
            "clicks": clicks,
            "moments": sorted([*clicks, *_typed(scenario, span)]),
        },
        waiting=span + idle + 4 * kept,
    )


def _pollers(scenario: Scenario) -> dict[str, Poller]:
    period, silent, blocking = _asked(scenario)
    kept = kept_period(period, silent, blocking)
    return {"poller": Poller(period, LATE * period), "in-turn": Poller(kept, LATE * period)}


def _spans(scenario: Scenario) -> tuple[float, float]:
    """The seconds with clicks, and the seconds after them in which nothing happens."""
    return float(scenario.parameters["span"]), float(scenario.parameters["idle"])


def _at_any_speed(
    strict: Prediction, turns: Mapping[str, tuple[int, int]], looks: Mapping[str, tuple[int, int]]
) -> dict[str, Expectation]:
    """On a machine of any speed the queue misses nothing and does not poll, and pollers poll no more often.

    `turns` and `looks` are the bounds of the pollers when what happens may be that late.
    """
    of_queue = {key: one.of["queue"] for key, one in strict.expected.items() if isinstance(one, Each)}
    return {
        "seen": Each({"queue": of_queue["seen"], **dict.fromkeys(POLLERS, AtLeast(0))}),
        "turns": Each({"queue": of_queue["turns"], **{name: AtMost(most) for name, (_, most) in turns.items()}}),
        "delay": Each(dict.fromkeys(WATCHERS, AtLeast(0))),
        "asked": Each({"queue": of_queue["asked"], **{name: AtMost(most) for name, (_, most) in looks.items()}}),
        "burnt": Each(dict.fromkeys(WATCHERS, AtLeast(0))),
    }


def _asked(scenario: Scenario) -> tuple[float, int, float]:
    given = scenario.parameters
    return float(given["period"]), scenario.number("keyboards"), float(given["blocking"])


def _cpu_ratio(looks: Mapping[str, tuple[int, int]], times: float) -> tuple[Expectation, ...]:
    """The pollers' CPU times differ as their wake-ups do, `times`; nothing is said if they poll too seldom."""
    enough = all(least >= ENOUGH for least, _ in looks.values())
    return (Ratio(*POLLERS, round(times / UNEVEN, 2), round(times * UNEVEN, 2)),) if enough else ()


def _by_name(values: Sequence[int]) -> dict[str, int]:
    """The counts of the mouse, which are in the order of its watchers."""
    return dict(zip(WATCHERS, map(int, values), strict=True))


def _typed(scenario: Scenario, span: float) -> list[float]:
    """When the keys are typed, in seconds since the beginning."""
    drawn = scenario.number("keys"), scenario.number("clicks"), span, scenario.number("seed")
    return [moment for moment, _ in keys(*drawn)]


def _descriptors(name: str, silent: int) -> int:
    """Descriptors before the clicks: the streams, the listener and the devices; the epoll set comes later."""
    return STANDARD_STREAMS + LISTENERS + 1 + (0 if name == "poller" else silent)


def _mean_delay(clicks: list[float], noticed: list[float]) -> float | None:
    """The mean in seconds; None unless every click was noticed."""
    delays = [float(seen) - click for seen, click in zip(noticed, clicks, strict=False)]
    return round(sum(delays) / len(delays), 3) if len(noticed) == len(clicks) else None


FAMILY: Family = PollingVsEvents()
