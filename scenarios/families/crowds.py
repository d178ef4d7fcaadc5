"""Many that wait at the same time, as tasks, greenlets or threads: what each costs, and how many there can be."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from scenarios.errors import Unavailable
from scenarios.events import Event
from scenarios.failures import ERROR, failure, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.pictures import Curves, Picture
from scenarios.quantities import AtLeast, Between, CostCurve, Each, Exactly, Json, Quantity, Ratio
from scenarios.theory import costs
from scenarios.theory.growth import LEAST_POINTS, exponent

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, ServiceEvidence

EMPTY = "empty"
TASKS, THREADS = "tasks", "threads"


class Crowds(Plain):
    """`waiting` are those that waited at the same time, `threads` what the kernel had of them. `memory` and `beginning`
    are how many times as much as a task each took, of memory and of the processor's time; `growth` is the power of
    their number with which the memory grew.
    """

    name = "crowds"
    parameters: Mapping[str, Kind] = {
        "coroutines": Kind("tasks, and greenlets, that wait", whole_number, 2000, 50_000),
        "threads": Kind("threads that are asked for", whole_number, 100, 2000),
        "pids": Kind("threads and processes that the threads' program may have", whole_number, 60, 4000),
    }
    services = frozenset(costs.WAITERS)
    quantities = (
        Quantity("waiting", noun="wait", each=True),
        Quantity("threads", noun="threads", each=True),
        Quantity("memory", noun="times a task's memory", digits=1, each=True),
        Quantity("beginning", noun="times a task's beginning", digits=1, each=True),
        Quantity("growth", noun="as the power of N with which memory grows", digits=2, each=True),
        ERROR,
    )
    costs = (CostCurve("series", "memory of all that wait", "MiB", over="coroutines"),)

    def predict(self, known: Known) -> Prediction:
        """All that were asked for, unless the limit of pids ends it; each at its own price."""
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
        """The programs' own counts, and the lab's looks."""
        services = {kind: evidence.services[kind] for kind in costs.WAITERS}
        last = {kind: grown[-1] for kind, one in services.items() if (grown := _grown(one))}
        series = {kind: _memory(services[kind]) for kind in last}
        each = {kind: _each(one) for kind, one in series.items()}
        begun = {kind: _middle(_beginnings(services[kind])) for kind in last}
        return {
            "waiting": {kind: int(event["waiting"]) for kind, event in last.items()},
            "threads": {kind: _threads(services[kind], str(event["moment"])) for kind, event in last.items()},
            "memory": _times(each),
            "beginning": _times(begun),
            "growth": {kind: _growth(one) for kind, one in series.items() if len(one) >= LEAST_POINTS},
            "error": first_failure(evidence.services.values()),
            "series": {kind: {str(n): used / 2**20 for n, used in one.items()} for kind, one in series.items()},
            "bytes": each,
        }

    def tell(self, service: str, event: Event) -> str | None:
        """How many there are."""
        return f"{service}: {event['waiting']} wait" if event["event"] == "grown" else None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """The memory against their number."""
        series = {
            f"{kind}, {measured['bytes'][kind] / 1024:.1f} KiB each": {float(n): float(mib) for n, mib in one.items()}
            for kind, one in measured["series"].items()
        }
        return (Curves("memory against how many wait", "waiting", "MiB", series),)


def _begun(known: Known) -> int:
    """The threads that can be begun where a limit of pids binds, and where it does not."""
    limit = known.scenario.services[THREADS].pids_limit if "pids_limit" in known.limits else None
    return costs.threads_begun(known.scenario.number("threads"), limit)


def _grown(service: ServiceEvidence) -> list[Event]:
    return [event for event in service.events if event["event"] == "grown"]


def _beginnings(service: ServiceEvidence) -> Iterable[float]:
    """Seconds of processor time that one took to begin, in each step; the limit may come before any of a step."""
    return [float(event["each"]) for event in _grown(service) if event["each"] is not None]


def _middle(values: Iterable[float]) -> float:
    return statistics.median([*values] or [0.0])


def _threads(service: ServiceEvidence, moment: str) -> int | None:
    look = service.looked(moment)
    return look.threads if look else None


def _memory(service: ServiceEvidence) -> dict[float, float]:
    """Bytes that so many took, beyond what the program had without any."""
    empty = service.looked(EMPTY)
    looks = {int(event["waiting"]): service.looked(str(event["moment"])) for event in _grown(service)}
    if any(look is not None and look.memory is None for look in (empty, *looks.values())):
        raise Unavailable("this kernel does not tell how much memory a process has of its own (Linux 5.3 does)")
    base = (empty.memory if empty else None) or 0
    return {float(count): float((look.memory or 0) - base) for count, look in looks.items() if look is not None}


def _each(series: Mapping[float, float]) -> float:
    """Bytes of one, when there are most."""
    most = max(series, default=0.0)
    return series[most] / most if most else 0.0


def _growth(series: Mapping[float, float]) -> float | None:
    """The power of their number; None where the memory did not grow, so that there is none."""
    try:
        return round(exponent(series), 3)
    except ValueError:
        return None


def _times(values: Mapping[str, float]) -> dict[str, float | None]:
    """Each as a multiple of a task's; None where that is nothing."""
    task = values[TASKS]
    return {kind: round(value / task, 2) if task > 0 else None for kind, value in values.items() if kind != TASKS}


def _reason(coroutines: int, asked: int, begun: int) -> str:
    threads = (
        f"the program may have {begun + costs.OWN_THREADS} threads, and is one itself, so it cannot begin "
        f"number {begun + 1}"
        if begun < asked
        else f"nothing is in the way of {asked} threads"
    )
    return (
        f"{coroutines} tasks or greenlets are objects of one thread, a greenlet with a stack beside them; each thread "
        f"is also one of the kernel's; {threads}."
    )


FAMILY: Family = Crowds()
