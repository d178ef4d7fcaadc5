"""Tasks that compute and wait in turn: one after the other, in threads, and in one event loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, seconds, whole_number
from scenarios.pictures import Picture, Span, Timeline
from scenarios.quantities import (
    AtLeast,
    AtMost,
    Between,
    Each,
    Exactly,
    Expectation,
    Json,
    Order,
    Quantity,
    Read,
    plainly,
)
from scenarios.scenario import Scenario
from scenarios.theory import interleaving
from scenarios.theory.interleaving import Load, Period, Schedule

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence

SERIAL, THREADS, EVENTS = WAYS = ("serial", "threads", "events")
# What a busy machine adds: to each wait and each turn at the processor a share and some seconds.
SHARE, ROOM = 1.5, 0.06
# The part of their waits for which threads that are begun one after the other are there all.
BEGUN = 0.8
# Seconds by which clocks that are read one after the other may differ.
CLOCK = 0.002
TOTAL = 60


@dataclass(frozen=True)
class AsForeseen:
    """Spans of which each task has those of `first` in that order, none that begins or ends before, or after `last`."""

    first: Schedule
    last: Schedule

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """Agrees when every span is there, of its kind, and lies within the bounds; the first that does not is told."""
        if sorted(measured or {}) != sorted(map(str, self.first)):
            return f"predicted {self.words(read)}, measured those of the tasks {', '.join(measured or {}) or 'none'}"
        for task, low in self.first.items():
            told = _off(low, self.last[task], measured[str(task)])
            if told:
                return f"task {task}: {told}"
        return None

    def words(self, read: Read = plainly) -> str:  # noqa: ARG002 - a number alone
        """How many they are."""
        return f"{sum(map(len, self.first.values()))} spans in time"

    def json(self) -> Json:
        """The bounds of each span's begin and end, by task."""
        return {
            str(task): [
                [round(one, 4) for one in (a.begin, b.begin, a.end, b.end)]
                for a, b in zip(low, self.last[task], strict=True)
            ]
            for task, low in self.first.items()
        }


def _off(low: list[Period], high: list[Period], measured: list[Json]) -> str | None:
    """The first of a task's spans that is not as it should be."""
    kinds = [_kind(one) for one in low]
    if [one[0] for one in measured] != kinds:
        return f"predicted {len(kinds)} spans of computing and waiting in turn, measured {len(measured)} others"
    for number, (a, b, (kind, begin, end)) in enumerate(zip(low, high, measured, strict=True), start=1):
        for what, least, most, found in (("begins", a.begin, b.begin, begin), ("ends", a.end, b.end, end)):
            if not least - CLOCK <= found <= most + ROOM:
                return f"span {number}, {kind}, {what} at {found:.3f} s, not {least:.3f} to {most:.3f} s"
    return None


def _kind(period: Period) -> str:
    return "waiting" if period.wait else "computing"


def _spans_in_words(spans: Json) -> str:
    return f"{sum(len(some) for some in (spans or {}).values())} spans"


class Interleavings(Plain):
    """`seconds` is how long all tasks took; `overlap` is the time that two computed at once, `meanwhile` that one
    waited while another waited or computed, added up over all pairs. The spans are what each task did when; those of
    threads have no order.
    """

    name = "interleavings"
    parameters: Mapping[str, Kind] = {
        "tasks": Kind("tasks", whole_number, 1, 8),
        "rounds": Kind("how often each task computes and waits", whole_number, 1, 6),
        "compute": Kind("seconds of the processor in each round", seconds, 0.01, 1),
        "wait": Kind("seconds of waiting in each round", seconds, 0.05, 5),
    }
    services = frozenset({"peer", *WAYS})
    quantities = (
        Quantity("seconds", unit="s", digits=2),
        Quantity("overlap", unit="s", noun="s in which two compute", digits=3),
        Quantity("meanwhile", unit="s", noun="s of waiting while others do something", digits=3),
        Quantity("serial_spans", read=_spans_in_words),
        Quantity("events_spans", read=_spans_in_words),
        Quantity("threads_spans", read=_spans_in_words),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        """One after the other must not take for ever."""
        total = interleaving.seconds(interleaving.serial(_load(scenario)))
        return f"one task after the other would take {total:.0f} s, more than {TOTAL}" if total > TOTAL else None

    def predict(self, known: Known) -> Prediction:
        """Nothing is earlier than the theory of an idle machine; how late it may be knows how long computing took."""
        load = _load(known.scenario)
        ran = {way: _schedule(_spans(known.evidence, way)) for way in WAYS} if known.evidence else {}
        longest = {way: max([load.compute, *_computing(ran.get(way, {}))]) for way in WAYS}
        slow = {way: Load(load.tasks, load.rounds, one, _patience(load)) for way, one in longest.items()}
        serial, events = interleaving.serial(load), interleaving.event_loop(load)
        late = interleaving.serial(slow[SERIAL]), interleaving.event_loop(slow[EVENTS])
        bounds = {way: (least, _latest(load, way, ran.get(way, {}))) for way, least in _soonest(load).items()}
        faster = [way for way in (THREADS, EVENTS) if bounds[way][1] < bounds[SERIAL][0]]
        expected: dict[str, Expectation] = {
            "seconds": Each({way: Between(*one) for way, one in bounds.items()}),
            "overlap": Each({SERIAL: AtMost(0), EVENTS: AtMost(0)}),
            "meanwhile": Each({SERIAL: AtMost(0), **_meanwhile(load)}),
            "serial_spans": AsForeseen(serial, late[0]),
            "events_spans": AsForeseen(events, _later(late[1], interleaving.seconds(late[1]))),
            "threads_spans": _any_order(load, bounds[THREADS][1]),
            "error": Exactly(None),
        }
        return Prediction(
            expected=expected,
            reason=_reason(load),
            relations={"seconds": tuple(Order((way, SERIAL)) for way in faster)},
            facts={"threads": {THREADS: 1 + load.tasks, EVENTS: 1}, "load": load},
            waiting=sum(most for _, most in bounds.values()),
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """The spans that the programs told."""
        spans = {way: _spans(evidence, way) for way in WAYS}
        done = {way: event for way in WAYS if (event := evidence.services[way].last("done"))}
        times = {way: _schedule(one) for way, one in spans.items()}
        return {
            "seconds": {way: float(event["seconds"]) for way, event in done.items()},
            "overlap": {way: _together(times[way], wait=False, beside=False) for way in (SERIAL, EVENTS)},
            "meanwhile": {way: _together(times[way], wait=True, beside=None) for way in WAYS},
            **{f"{way}_spans": one for way, one in spans.items()},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        """How long all tasks took."""
        return f"{service}: all tasks took {event['seconds']:.2f} s" if event["event"] == "done" else None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """Each way's tasks, all on the same scale: the same length is the same time."""
        lanes = {
            f"{way} {task}": [Span(begin, end, kind) for kind, begin, end in spans]
            for way in WAYS
            for task, spans in measured[f"{way}_spans"].items()
        }
        return (Timeline("the same tasks in three ways", lanes),)


def _load(scenario: Scenario) -> Load:
    compute, wait = (float(scenario.parameters[name]) for name in ("compute", "wait"))
    return Load(scenario.number("tasks"), scenario.number("rounds"), compute, wait)


def _meanwhile(load: Load) -> dict[str, Expectation]:
    """Half of what the event loop's theory has, since a busy machine chooses another order; threads any order."""
    half = interleaving.together(interleaving.event_loop(load), wait=True, beside=None) / 2
    return {EVENTS: AtLeast(half), THREADS: AtLeast(min(half, interleaving.beside_in_any_order(load) * BEGUN))}


def _patience(load: Load) -> float:
    """The longest that one wait may be on a busy machine."""
    return load.wait * SHARE + ROOM


def _soonest(load: Load) -> dict[str, float]:
    """When all are done on an idle machine."""
    return {
        SERIAL: interleaving.seconds(interleaving.serial(load)),
        THREADS: interleaving.threads_seconds(load)[0],
        EVENTS: interleaving.seconds(interleaving.event_loop(load)),
    }


def _latest(load: Load, way: str, ran: Schedule) -> float:
    """When all are done at the latest: computing took as long as it took, and waits add up or coincide."""
    computing = max(load.tasks * load.rounds * load.compute, interleaving.computing_seconds(ran))
    waits = load.rounds * (load.tasks if way == SERIAL else 1)
    return computing + waits * _patience(load) + ROOM


def _later(schedule: Schedule, end: float) -> Schedule:
    """The latest times in an event loop: when answers overtake each other, tasks change places within a round."""
    rounds = max(len(periods) for periods in schedule.values())
    by_place = [[periods[place] for periods in schedule.values()] for place in range(rounds)]
    last = [
        Period(max(one.begin for one in some), min(end, max(one.end for one in some)), some[0].wait)
        for some in by_place
    ]
    return dict.fromkeys(schedule, last)


def _any_order(load: Load, end: float) -> AsForeseen:
    """Threads take turns as the kernel likes: no span is earlier than if its task were alone, nor after the end."""
    alone = interleaving.serial(Load(1, load.rounds, load.compute, load.wait))[1]
    tasks = range(1, load.tasks + 1)
    last = [Period(end, end, one.wait) for one in alone]
    return AsForeseen(dict.fromkeys(tasks, alone), dict.fromkeys(tasks, last))


def _spans(evidence: Evidence, way: str) -> dict[str, list[tuple[str, float, float]]]:
    """Of each task: (kind, begin, end) in order."""
    told = [event for event in evidence.services[way].events if event["event"] == "spans"]
    return {
        str(event["task"]): [(str(kind), float(begin), float(end)) for kind, begin, end, _ in event["spans"]]
        for event in told
    }


def _schedule(spans: Mapping[str, list[tuple[str, float, float]]]) -> Schedule:
    return {
        int(task): [Period(begin, end, wait=kind == "waiting") for kind, begin, end in some]
        for task, some in spans.items()
    }


def _together(ran: Schedule, *, wait: bool, beside: bool | None) -> float:
    """To the microsecond, as the programs tell their times."""
    return round(interleaving.together(ran, wait=wait, beside=beside), 6)


def _computing(ran: Schedule) -> list[float]:
    """How long each computing took, with what others took of the processor meanwhile."""
    return [one.end - one.begin for some in ran.values() for one in some if not one.wait]


def _reason(load: Load) -> str:
    serial, events = (interleaving.seconds(way(load)) for way in (interleaving.serial, interleaving.event_loop))
    low, high = interleaving.threads_seconds(load)
    return (
        f"one after the other is {load.tasks} * {load.rounds} * ({load.compute:g} + {load.wait:g}) = {serial:.2f} s; "
        f"an event loop computes while others wait, {events:.2f} s; threads do too, {low:.2f} to {high:.2f} s."
    )


FAMILY: Family = Interleavings()
