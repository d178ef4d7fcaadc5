"""Many waiting tasks, greenlets or threads: what each costs in memory and CPU time, and how many there can be."""

import statistics
from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
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
from scenarios.families.common import bands, own_memory, sample_field
from scenarios.judging.failures import ERROR, failure, first_failure
from scenarios.judging.quantities import AtLeast, Between, CostCurve, Each, Exactly, Json, Quantity, Ratio
from scenarios.pictures import Band, Bars, Curves, Picture
from scenarios.theory import costs
from scenarios.theory.growth import LEAST_POINTS, exponent

EMPTY = "empty"
TASKS, THREADS = "tasks", "threads"


class TaskFootprint(Plain):
    """By kind: `waiting` is how many waited at the same time, `threads` how many threads the program had then. `memory`
    and `beginning` are the memory of each, and the CPU time to start it, as multiples of a task's. Memory grew as their
    number to the power of `growth`.
    """

    name = "task_footprint"
    parameters: Mapping[str, Kind] = {
        "coroutines": Kind("tasks that wait, and greenlets that wait", whole_number, 2000, 50_000),
        "threads": Kind("threads that the program tries to start", whole_number, 100, 2000),
        "pids": Kind("limit of threads and processes for the program that starts threads", whole_number, 60, 4000),
    }
    services = frozenset(costs.WAITERS)
    quantities = (
        Quantity("waiting", noun="waiting", each=True),
        Quantity("threads", noun="threads", each=True),
        Quantity("memory", noun="times a task's memory", digits=1, each=True),
        Quantity("beginning", label="CPU time to start", noun="times a task's CPU time to start", digits=1, each=True),
        Quantity("growth", label="exponent of memory growth", digits=2, each=True),
        ERROR,
    )
    costs = (CostCurve("series", "memory of all waiting", "MiB", over="coroutines"),)

    def predict(self, known: Known) -> Prediction:
        asked, begun = known.scenario.number("threads"), _begun(known)
        coroutines = known.scenario.number("coroutines")
        waiting = {**dict.fromkeys(costs.WAITERS, coroutines), THREADS: begun}
        points = {**dict.fromkeys(costs.WAITERS, 4), THREADS: len(costs.steps_of(asked, begun))}
        error = failure(THREADS, *costs.CANNOT_START) if begun < asked else None
        return Prediction(
            expected={
                "waiting": Each({kind: Exactly(count) for kind, count in waiting.items()}),
                "threads": Each({kind: Exactly(begun + 1 if kind == THREADS else 1) for kind in costs.WAITERS}),
                "memory": Each({kind: AtLeast(least) for kind, least in costs.TIMES_THE_MEMORY.items()}),
                "beginning": Each({kind: AtLeast(least) for kind, least in costs.TIMES_THE_BEGINNING.items()}),
                "growth": Each({kind: Between(*costs.LINEAR) for kind in points if points[kind] >= LEAST_POINTS}),
                "error": Exactly(error),
            },
            reason=_reason(coroutines, asked, begun),
            relations={key: (Ratio(THREADS, "greenlets", 1.0),) for key in ("memory", "beginning")},
            facts={"waiting": waiting, "begun": begun, "asked": asked},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        services = {kind: evidence.services[kind] for kind in costs.WAITERS}
        last = {kind: grown[-1] for kind, one in services.items() if (grown := _grown(one))}
        series = {kind: _memory(services[kind]) for kind in last}
        each = {kind: _each(one) for kind, one in series.items()}
        begun = {kind: statistics.median(_beginnings(services[kind]) or [0.0]) for kind in last}
        return {
            "waiting": {kind: int(event["waiting"]) for kind, event in last.items()},
            "threads": {kind: sample_field(services[kind], event["moment"], "threads") for kind, event in last.items()},
            "memory": _times(each),
            "beginning": _times(begun),
            "growth": {kind: _growth(one) for kind, one in series.items() if len(one) >= LEAST_POINTS},
            "error": first_failure(evidence.services.values()),
            "series": {kind: {str(n): used / 2**20 for n, used in one.items()} for kind, one in series.items()},
            "bytes": each,
        }

    def tell(self, service: str, event: Event) -> str | None:
        return f"{service}: {event['waiting']} wait" if event["event"] == "grown" else None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        each = {kind: used / 1024 for kind, used in measured["bytes"].items()}
        least = {kind: one.low * each[TASKS] for kind, one in bands(predicted["memory"]).items() if one.low}
        series = {
            kind: {float(n): float(mib) for n, mib in one.items() if float(n) > 0 and float(mib) > 0}
            for kind, one in measured["series"].items()
        }
        return (
            Bars("memory of each one that waits", "KiB", each, {kind: Band(low=low) for kind, low in least.items()}),
            Bars(
                "CPU time to start one, as a multiple of a task's",
                "times",
                {TASKS: 1.0, **measured["beginning"]},
                bands(predicted["beginning"]),
            ),
            Curves("memory of all that wait", "waiting", "MiB", series),
        )


def _begun(known: Known) -> int:
    """How many threads can be started, where the engine enforces the limit of pids and where it does not."""
    limit = known.scenario.services[THREADS].pids_limit if "pids_limit" in known.limits else None
    return costs.threads_begun(known.scenario.number("threads"), limit)


def _grown(service: ServiceEvidence) -> list[Event]:
    return [event for event in service.events if event["event"] == "grown"]


def _beginnings(service: ServiceEvidence) -> list[float]:
    """Seconds of CPU time to start one, by step; a step in which none could be started has no value."""
    return [float(event["each"]) for event in _grown(service) if event["each"] is not None]


def _memory(service: ServiceEvidence) -> dict[float, float]:
    """By number of waiting tasks, bytes beyond what the program had without any."""
    empty = service.looked(EMPTY)
    base = own_memory(empty) if empty else 0
    looks = {float(event["waiting"]): service.looked(event["moment"]) for event in _grown(service)}
    return {count: float(own_memory(look) - base) for count, look in looks.items() if look}


def _each(series: Mapping[float, float]) -> float:
    """Bytes of one, when most of them wait."""
    most = max(series, default=0.0)
    return series[most] / most if most else 0.0


def _growth(series: Mapping[float, float]) -> float | None:
    """The exponent; None where the memory did not grow."""
    try:
        return round(exponent(series), 3)
    except ValueError:
        return None


def _times(values: Mapping[str, float]) -> dict[str, float | None]:
    """As multiples of a task's; None if that is 0."""
    task = values[TASKS]
    return {kind: round(value / task, 2) if task > 0 else None for kind, value in values.items() if kind != TASKS}


def _reason(coroutines: int, asked: int, begun: int) -> str:
    threads = (
        f"the program may have {begun + costs.OWN_THREADS} threads, and its main thread is one, so it cannot start "
        f"number {begun + 1}"
        if begun < asked
        else f"the limit of pids allows all {asked} threads"
    )
    return (
        f"{coroutines} tasks or greenlets are objects in one thread, and a greenlet also has its saved slice of that "
        f"thread's C stack; each thread has a stack and a kernel task of its own; {threads}."
    )


FAMILY: Family = TaskFootprint()
