"""One count to which several add at the same time: how much of it is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.pictures import Bars, Picture
from scenarios.quantities import Between, Each, Exactly, Expectation, Json, Quantity
from scenarios.scenario import Scenario
from scenarios.theory.counting import bounds, in_one_step, in_turn

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, ServiceEvidence

GREENLETS = ("greenlets", "switching")
KINDS = ("plain", "unlocked", "locked", *GREENLETS)
# What the image has; a run says what it really had.
IMAGES_PYTHON, IMAGES_GIL = (3, 11), True
GATHERED = "gathered"
MAIN_THREAD = 1


class Tallies(Plain):
    """`count` is what the count came to, `added` how often 1 was added to it, `threads` what the kernel had of each
    program before the first update.
    """

    name = "tallies"
    parameters: Mapping[str, Kind] = {
        "workers": Kind("threads or greenlets that add at the same time", whole_number, 2, 32),
        "updates": Kind("times that each adds 1", whole_number, 20, 5000),
        "every": Kind("which of its updates a greenlet interrupts with a switch", whole_number, 1, 1000),
        "plain": Kind("times that each adds 1 with += alone", whole_number, 100_000, 2_000_000),
    }
    services = frozenset(KINDS)
    quantities = (
        Quantity("count", noun="counted", each=True),
        Quantity("added", noun="added", each=True),
        Quantity("threads", noun="threads", each=True),
        ERROR,
    )

    def predict(self, known: Known) -> Prediction:
        """All, where nothing can come between; where something can, bounds, or exactly what remains."""
        scenario = known.scenario
        workers, updates, every = (scenario.number(name) for name in ("workers", "updates", "every"))
        whole, remain = workers * updates, in_turn(workers, updates, every)
        added = {kind: workers * _updates(scenario, kind) for kind in KINDS}
        count: dict[str, Expectation] = {kind: Exactly(added[kind]) for kind in KINDS}
        count["unlocked"], count["switching"] = Between(*bounds(workers, updates)), Exactly(remain)
        python, gil = _python(known.evidence)
        if not in_one_step(python, gil):
            count["plain"] = Between(min(2, added["plain"]), added["plain"])
        return Prediction(
            expected={
                "count": Each(count),
                "added": Each({kind: Exactly(number) for kind, number in added.items()}),
                "threads": Each({kind: Exactly(_threads(kind, workers)) for kind in KINDS}),
                "error": Exactly(None),
            },
            reason=(
                f"+= has no call and no jump back between its load and its store, so CPython {python[0]}.{python[1]} "
                f"{'lets' if in_one_step(python, gil) else 'may let'} {'nobody' if in_one_step(python, gil) else 'others'}"
                f" in; who waits between reading and writing overwrites what the others wrote, unless a lock keeps them "
                f"out; greenlets run in turn, so exactly {remain} of {whole} remain."
            ),
            facts={"interrupted": in_one_step(python, gil) and workers > 1},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the programs counted, and the lab's looks."""
        said = {kind: event for kind in KINDS if (event := evidence.services[kind].last("counted"))}
        return {
            "count": {kind: int(event["value"]) for kind, event in said.items()},
            "added": {kind: int(event["added"]) for kind, event in said.items()},
            "threads": {kind: _looked(evidence.services[kind]) for kind in KINDS},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        """What one counted."""
        return f"{service}: {event['added']} added, {event['value']} counted" if event["event"] == "counted" else None

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """How much of what was added was counted."""
        values = {kind: 100.0 * measured["count"][kind] / measured["added"][kind] for kind in measured["count"]}
        return (Bars("counted of what was added", "%", values),)


def _updates(scenario: Scenario, kind: str) -> int:
    return scenario.number("plain" if kind == "plain" else "updates")


def _threads(kind: str, workers: int) -> int:
    return MAIN_THREAD if kind in GREENLETS else workers + MAIN_THREAD


def _python(evidence: Evidence | None) -> tuple[tuple[int, int], bool]:
    """The version that a program said it ran on, and whether it has the interpreter's lock."""
    said = evidence.services["plain"].last("counted") if evidence else None
    if not said:
        return IMAGES_PYTHON, IMAGES_GIL
    major, minor = said["python"]
    return (int(major), int(minor)), bool(said["gil"])


def _looked(service: ServiceEvidence) -> int | None:
    """How many threads there were before the first update; None when there was none to look at."""
    if GATHERED in service.missed or GATHERED in service.impossible:
        service.sampled(GATHERED)
    seen = service.sample(GATHERED)
    return seen.threads if seen else None


FAMILY: Family = Tallies()
