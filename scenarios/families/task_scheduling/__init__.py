"""Tasks that compute and wait in turn: one after another, in threads, and in one event loop."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, seconds, whole_number
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import bands
from scenarios.families.task_scheduling import theory
from scenarios.families.task_scheduling.expectation import ROOM, AsForeseen
from scenarios.families.task_scheduling.theory import Load, Period, Schedule
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import (
    AtLeast,
    AtMost,
    Between,
    Each,
    Exactly,
    Expectation,
    Json,
    Order,
    Quantity,
    from_below,
)
from scenarios.pictures import Bars, Picture, Span, Timeline

SERIAL, THREADS, EVENTS = WAYS = ("serial", "threads", "events")
# A busy machine makes each wait and each turn on the CPU so many times as long, and adds ROOM.
SHARE = 1.5
# The share of their waits in which all threads exist, since they are started one after another.
BEGUN = 0.8
TOTAL = 60


def _spans_in_words(spans: Json) -> str:
    return f"{sum(len(some) for some in (spans or {}).values())} spans"


class TaskScheduling(Plain):
    """`seconds` is how long all tasks took. `overlap` is the time in which two tasks computed at once, `meanwhile` that
    in which one waited while another waited or computed, each summed over all pairs. The spans are what each task did
    when; those of threads have no fixed order.
    """

    name = "task_scheduling"
    needs_gil = True
    parameters: Mapping[str, Kind] = {
        "tasks": Kind("tasks", whole_number, 1, 8),
        "rounds": Kind("how often each task computes and waits", whole_number, 1, 6),
        "compute": Kind("seconds of CPU time in each round", seconds, 0.01, 1),
        "wait": Kind("seconds of waiting in each round", seconds, 0.05, 5),
    }
    services = frozenset({"peer", *WAYS})
    quantities = (
        Quantity("seconds", unit="s", digits=2),
        Quantity("overlap", label="computing together", unit="s", noun="s in which two tasks compute", digits=3),
        Quantity(
            "meanwhile", label="waiting together", unit="s", noun="s of waiting while others wait or compute", digits=3
        ),
        Quantity("serial_spans", read=_spans_in_words),
        Quantity("events_spans", read=_spans_in_words),
        Quantity("threads_spans", read=_spans_in_words),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        total = theory.seconds(theory.serial(_load(scenario)))
        return f"one task after another takes {total:.0f} s: it must take at most {TOTAL} s" if total > TOTAL else None

    def predict(self, known: Known) -> Prediction:
        # Nothing is earlier than on an idle machine; how late it may be depends on how long computing took in this run.
        load = _load(known.scenario)
        ran = {way: _schedule(_spans(known.evidence, way)) for way in WAYS} if known.evidence else {}
        longest = {way: max([load.compute, *_computing(ran.get(way, {}))]) for way in WAYS}
        slow = {way: Load(load.tasks, load.rounds, one, _patience(load)) for way, one in longest.items()}
        spans = {
            "serial_spans": AsForeseen(theory.serial(load), theory.serial(slow[SERIAL])),
            "events_spans": AsForeseen(theory.event_loop(load), _latest_in_loop(slow[EVENTS])),
        }
        bounds = {way: (least, _latest(load, way, ran.get(way, {}))) for way, least in _soonest(load).items()}
        spans["threads_spans"] = _any_order(load, bounds[THREADS][1])
        faster = [way for way in (THREADS, EVENTS) if bounds[way][1] < bounds[SERIAL][0]]
        strict = Prediction(
            expected={
                "seconds": Each({way: Between(*one) for way, one in bounds.items()}),
                "overlap": Each({SERIAL: AtMost(0), EVENTS: AtMost(0)}),
                "meanwhile": Each({SERIAL: AtMost(0), **_meanwhile(load)}),
                **spans,
                "error": Exactly(None),
            },
            reason=_reason(load),
            relations={"seconds": tuple(Order((way, SERIAL)) for way in faster)},
            facts={"threads": {THREADS: 1 + load.tasks, EVENTS: 1}, "load": load},
            waiting=sum(most for _, most in bounds.values()),
        )
        if known.evidence is None:
            return strict
        bounded = {
            "seconds": from_below(strict.expected["seconds"]),
            **{key: one.from_below() for key, one in spans.items()},
        }
        return strict.unless_late(self.measure(known.evidence), bounded, "a wait or a turn on the CPU took too long")

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        spans = {way: _spans(evidence, way) for way in WAYS}
        done = {way: event for way in WAYS if (event := evidence.services[way].last("done"))}
        times = {way: _schedule(one) for way, one in spans.items()}
        return {
            "seconds": {way: float(event["seconds"]) for way, event in done.items()},
            # To the microsecond, the precision of the programs' times.
            "overlap": {
                way: round(theory.together(times[way], wait=False, beside=False), 6) for way in (SERIAL, EVENTS)
            },
            "meanwhile": {way: round(theory.together(times[way], wait=True, beside=None), 6) for way in WAYS},
            **{f"{way}_spans": one for way, one in spans.items()},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        return f"{service}: all tasks took {event['seconds']:.2f} s" if event["event"] == "done" else None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        """Each task over time; theory has no fixed order for threads."""
        load = _load(scenario)
        lanes = {
            f"{way} {task}": [Span(begin, end, kind) for kind, begin, end in spans]
            for way in WAYS
            for task, spans in measured[f"{way}_spans"].items()
        }
        foreseen = {
            f"{way} {task}": [Span(one.begin, one.end, "waiting" if one.wait else "computing") for one in periods]
            for way, schedule in ((SERIAL, theory.serial(load)), (EVENTS, theory.event_loop(load)))
            for task, periods in schedule.items()
        }
        return (
            Timeline(
                "the same tasks in three ways",
                lanes,
                foreseen,
                note="Threads take turns in any order, so only their time in all is predicted.",
            ),
            Bars("until all tasks are done", "s", measured["seconds"], bands(predicted["seconds"])),
        )


def _load(scenario: Scenario) -> Load:
    compute, wait = (float(scenario.parameters[name]) for name in ("compute", "wait"))
    return Load(scenario.number("tasks"), scenario.number("rounds"), compute, wait)


def _meanwhile(load: Load) -> dict[str, Expectation]:
    """Half of the theory of an event loop, since a busy machine may choose another order; threads have any order."""
    half = theory.together(theory.event_loop(load), wait=True, beside=None) / 2
    return {EVENTS: AtLeast(half), THREADS: AtLeast(min(half, theory.beside_in_any_order(load) * BEGUN))}


def _patience(load: Load) -> float:
    """Seconds that one wait may take at most on a busy machine."""
    return load.wait * SHARE + ROOM


def _soonest(load: Load) -> dict[str, float]:
    """Seconds until all tasks are done on an idle machine, at least."""
    return {
        SERIAL: theory.seconds(theory.serial(load)),
        THREADS: theory.threads_seconds(load)[0],
        EVENTS: theory.seconds(theory.event_loop(load)),
    }


def _latest(load: Load, way: str, ran: Schedule) -> float:
    """Seconds until all tasks are done, at most: computing took as long as it did, and waits add up or coincide."""
    computing = max(load.tasks * load.rounds * load.compute, theory.computing_seconds(ran))
    waits = load.rounds * (load.tasks if way == SERIAL else 1)
    return computing + waits * _patience(load) + ROOM


def _latest_in_loop(load: Load) -> Schedule:
    """The latest times in an event loop: if answers overtake each other, tasks change places within a round."""
    schedule = theory.event_loop(load)
    last = [
        Period(max(one.begin for one in some), max(one.end for one in some), some[0].wait)
        for some in zip(*schedule.values(), strict=True)
    ]
    return dict.fromkeys(schedule, last)


def _any_order(load: Load, end: float) -> AsForeseen:
    """Threads take turns in any order: no span is earlier than if its task were alone, and none is after the end."""
    alone = theory.serial(Load(1, load.rounds, load.compute, load.wait))[1]
    tasks = range(1, load.tasks + 1)
    last = [Period(end, end, one.wait) for one in alone]
    return AsForeseen(dict.fromkeys(tasks, alone), dict.fromkeys(tasks, last))


def _spans(evidence: Evidence, way: str) -> dict[str, list[tuple[str, float, float]]]:
    """By task, (kind, begin, end) in order."""
    return {
        str(event["task"]): [(str(kind), float(begin), float(end)) for kind, begin, end, _ in event["spans"]]
        for event in evidence.services[way].events
        if event["event"] == "spans"
    }


def _schedule(spans: Mapping[str, list[tuple[str, float, float]]]) -> Schedule:
    return {
        int(task): [Period(begin, end, wait=kind == "waiting") for kind, begin, end in some]
        for task, some in spans.items()
    }


def _computing(ran: Schedule) -> list[float]:
    """How long each computing took, with the time in which other processes had the CPU."""
    return [one.end - one.begin for some in ran.values() for one in some if not one.wait]


def _reason(load: Load) -> str:
    serial, events = (theory.seconds(way(load)) for way in (theory.serial, theory.event_loop))
    low, high = theory.threads_seconds(load)
    return (
        f"one after another takes {load.tasks} * {load.rounds} * ({load.compute:g} + {load.wait:g}) = {serial:.2f} s; "
        f"an event loop computes while others wait, and takes {events:.2f} s; so do threads, {low:.2f} to {high:.2f} s."
    )


FAMILY: Family = TaskScheduling()
