"""Work that only computes, by coroutines, threads and processes: how many processors each can use."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from scenarios.errors import Unavailable
from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, seconds, whole_number
from scenarios.pictures import Bars, Picture
from scenarios.quantities import AtLeast, AtMost, Between, CostCurve, Each, Exactly, Expectation, Json, Quantity
from scenarios.theory.processors import (
    KINDS,
    MORE_THAN_ONE,
    ROOM,
    Share,
    disturbed,
    gain,
    pace,
    surely_wanted,
    usable,
    used,
    wanted,
)

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, ServiceEvidence

PROGRAM = "compute"
MAIN = 1
# Seconds; a program that says that it took no time at all took more.
LEAST = 1e-9
Rounds = Mapping[str, Sequence[Sequence[Share]]]


class Computations(Plain):
    """`used` is how many processors each had at the same time in its best round, `wanted` how many it would have had;
    `pace` how many times the work of coroutines was done; `threads` and `processes` what the kernel had of each.
    """

    name = "computations"
    parameters: Mapping[str, Kind] = {
        "workers": Kind("coroutines, threads or processes that compute", whole_number, 2, 16),
        "cores": Kind("processors that they may use", whole_number, 1, 64),
        "seconds": Kind("how long they compute in each round", seconds, 0.05, 2),
        "rounds": Kind("rounds, of which the best one counts", whole_number, 3, 30),
    }
    services = frozenset({PROGRAM})
    quantities = (
        Quantity("used", noun="processors", digits=2, each=True),
        Quantity("wanted", noun="processors wanted", digits=2, each=True),
        Quantity("pace", noun="times the work", digits=2, each=True),
        Quantity("threads", noun="threads", each=True),
        Quantity("processes", noun="processes", each=True),
        ERROR,
    )
    costs = (CostCurve("milliseconds", "one piece of work", "ms"),)

    def predict(self, known: Known) -> Prediction:
        """One interpreter, one processor; the pace is promised where nobody else took processors."""
        workers, cores = known.scenario.number("workers"), known.scenario.number("cores")
        busy = known.evidence is not None and _disturbed(_rounds(known.evidence.services[PROGRAM]), cores)
        threads = {"coroutines": MAIN, "threads": MAIN + workers, "processes": MAIN + workers}
        processes = {"coroutines": 1, "threads": 1, "processes": 1 + workers}
        return Prediction(
            expected={
                "used": Each({kind: AtMost(round(ROOM * usable(kind, workers, cores), 2)) for kind in KINDS}),
                "wanted": Each({"coroutines": AtMost(MORE_THAN_ONE), "processes": AtLeast(surely_wanted(workers))}),
                "pace": Each(_pace(workers, cores, busy)),
                "threads": Each({kind: Exactly(count) for kind, count in threads.items()}),
                "processes": Each({kind: Exactly(count) for kind, count in processes.items()}),
                "error": Exactly(None),
            },
            reason=_reason(workers, cores, busy),
            facts={"cores": cores},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the kernel counted for each worker, and the lab's looks."""
        program = evidence.services[PROGRAM]
        rounds = _rounds(program)
        paces = _best(pace, rounds)
        wants = _middle(wanted, rounds)
        return {
            "used": {kind: round(most, 3) for kind, most in _best(used, rounds).items()},
            "wanted": {kind: round(wants[kind], 3) for kind in wants if kind != "threads"},
            "pace": {
                kind: round(paces[kind] / max(paces["coroutines"], LEAST), 3) for kind in ("threads", "processes")
            },
            "threads": {kind: _looked(program, kind, "threads") for kind in KINDS},
            "processes": {kind: _looked(program, kind, "processes") for kind in KINDS},
            "error": first_failure(evidence.services.values()),
            "milliseconds": {kind: 1000 / max(each, LEAST) for kind, each in paces.items()},
        }

    def tell(self, service: str, event: Event) -> str | None:
        """What a round came to."""
        if event["event"] != "computed":
            return None
        shares = _shares(event)
        pieces = sum(one.pieces for one in shares)
        return f"{service}: {event['kind']} did {pieces} pieces of work on {used(shares):.2f} processors"

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """How long a piece took."""
        return (Bars("one piece of work", "ms", measured["milliseconds"]),)


def _shares(event: Event) -> list[Share]:
    if any(one["queued"] is None for one in event["shares"]):
        raise Unavailable("this kernel does not tell how long a thread waits for a processor (/proc/PID/schedstat)")
    return [
        Share(int(one["pieces"]), float(one["ran"]), float(one["queued"]), max(float(one["lasted"]), LEAST))
        for one in event["shares"]
    ]


def _rounds(program: ServiceEvidence) -> Rounds:
    """The shares of each round, by kind."""
    events = [event for event in program.events if event["event"] == "computed"]
    return {kind: [_shares(event) for event in events if event["kind"] == kind] for kind in KINDS}


def _best(of: Callable[[Sequence[Share]], float], rounds: Rounds) -> dict[str, float]:
    return {kind: max(map(of, those)) for kind, those in rounds.items() if those}


def _middle(of: Callable[[Sequence[Share]], float], rounds: Rounds) -> dict[str, float]:
    return {kind: statistics.median(map(of, those)) for kind, those in rounds.items() if those}


def _disturbed(rounds: Rounds, cores: int) -> bool:
    """Whether others took processors in the best round of any kind."""
    had, asked = _best(used, rounds), _middle(wanted, rounds)
    return any(disturbed(had[kind], asked[kind], cores) for kind in had)


def _pace(workers: int, cores: int, busy: bool) -> dict[str, Expectation]:
    """On a busy machine nothing is promised but that there was some."""
    if busy:
        return {"threads": AtLeast(0.01), "processes": AtLeast(0.01)}
    low, high = gain(workers, cores)
    return {"threads": Between(0.5, round(ROOM**2, 2)), "processes": Between(round(low, 2), round(high, 2))}


def _looked(program: ServiceEvidence, moment: str, what: str) -> int | None:
    """What the look saw when all workers were there; None when the program had ended."""
    look = program.looked(moment)
    return int(getattr(look, what)) if look else None


def _reason(workers: int, cores: int, busy: bool) -> str:
    count = usable("processes", workers, cores)
    uses = "one processor" if count == 1 else f"{count} processors, and the time of a piece of work is divided by that"
    return (
        f"one interpreter runs one thread at a time, so {workers} coroutines or threads use one processor; {workers} "
        f"processes have an interpreter each and use {uses}"
        + (". Others took processors meanwhile, so that how fast each was is not judged." if busy else ".")
    )


FAMILY: Family = Computations()
