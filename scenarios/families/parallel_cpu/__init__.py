"""CPU-bound work in coroutines, threads and processes: how many CPUs each can use."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence

from scenarios.definition.parameters import Kind, seconds, whole_number
from scenarios.errors import Unavailable
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
from scenarios.families.common import bands, sample_field
from scenarios.families.parallel_cpu import theory
from scenarios.families.parallel_cpu.theory import KINDS, ROOM, Share, surely_wanted, usable, used, wanted
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import AtLeast, AtMost, Between, CostCurve, Each, Exactly, Expectation, Json, Quantity
from scenarios.pictures import Bars, Bound, Picture

PROGRAM = "compute"
MAIN = 1
# Seconds: a reported time of 0 counts as this.
LEAST = 1e-9
# The speed on a busy machine: some work was done.
UNJUDGED = AtLeast(0.01)
Rounds = Mapping[str, Sequence[Sequence[Share]]]
Choose = Callable[[Iterable[float]], float]


class ParallelCpu(Plain):
    """By kind of worker: `used` is how many CPUs all workers together had in the best round, `wanted` how many they
    would have used, `pace` their work as a multiple of what coroutines did; `threads` and `processes` are counts.
    """

    name = "parallel_cpu"
    needs_gil = True
    parameters: Mapping[str, Kind] = {
        "workers": Kind("coroutines, threads or processes that compute", whole_number, 2, 16),
        "cores": Kind("CPUs that they may use", whole_number, 1, 64),
        "seconds": Kind("seconds of computing in each round", seconds, 0.05, 2),
        "rounds": Kind("rounds, of which the best one counts", whole_number, 3, 30),
    }
    services = frozenset({PROGRAM})
    quantities = (
        Quantity("used", label="CPUs used", noun="CPUs used", digits=2, each=True),
        Quantity("wanted", label="CPUs needed", noun="CPUs needed", digits=2, each=True),
        Quantity("pace", label="speed", noun="times the work of coroutines", digits=2, each=True),
        Quantity("threads", noun="threads", each=True),
        Quantity("processes", noun="processes", each=True),
        ERROR,
    )
    costs = (CostCurve("milliseconds", "time for one piece of work", "ms"),)

    def predict(self, known: Known) -> Prediction:
        # The pace is judged only if no other process took CPU time meanwhile.
        workers, cores = known.scenario.number("workers"), known.scenario.number("cores")
        busy = known.evidence is not None and _disturbed(_rounds(known.evidence.services[PROGRAM]), cores)
        threads = {"coroutines": MAIN, "threads": MAIN + workers, "processes": MAIN + workers}
        processes = {"coroutines": 1, "threads": 1, "processes": 1 + workers}
        wanted_cpus: dict[str, Expectation] = {
            "coroutines": Between(theory.COMPUTES, theory.MORE_THAN_ONE),
            "threads": AtLeast(theory.COMPUTES),
            "processes": AtLeast(surely_wanted(workers)),
        }
        strict = Prediction(
            expected={
                "used": Each({kind: AtMost(round(ROOM * usable(kind, workers, cores), 2)) for kind in KINDS}),
                "wanted": Each(wanted_cpus),
                "pace": Each(_pace(workers, cores, busy)),
                "threads": Each({kind: Exactly(count) for kind, count in threads.items()}),
                "processes": Each({kind: Exactly(count) for kind, count in processes.items()}),
                "error": Exactly(None),
            },
            reason=_reason(workers, cores, busy),
            facts={"cores": cores},
        )
        if known.evidence is None:
            return strict
        # A thread that waits for the GIL neither runs nor is ready to, also while the holder of the GIL gets no CPU.
        bounded = {"wanted": Each({**wanted_cpus, "threads": AtLeast(0)})}
        late = "threads waited for a CPU and for the GIL" if busy else None
        return strict.unless_late(self.measure(known.evidence), bounded, late)

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        program = evidence.services[PROGRAM]
        rounds = _rounds(program)
        paces, wants = _of_rounds(max, theory.pace, rounds), _of_rounds(statistics.median, wanted, rounds)
        return {
            "used": {kind: round(most, 3) for kind, most in _of_rounds(max, used, rounds).items()},
            "wanted": {kind: round(most, 3) for kind, most in wants.items()},
            "pace": {kind: round(paces[kind] / max(paces["coroutines"], LEAST), 3) for kind in KINDS[1:]},
            "threads": {kind: sample_field(program, kind, "threads") for kind in KINDS},
            "processes": {kind: sample_field(program, kind, "processes") for kind in KINDS},
            "error": first_failure(evidence.services.values()),
            "milliseconds": {kind: 1000 / max(each, LEAST) for kind, each in paces.items()},
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] != "computed":
            return None
        shares = _shares(event)
        pieces = sum(one.pieces for one in shares)
        return f"{service}: {event['kind']} did {pieces} pieces of work on {used(shares):.2f} CPUs"

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        cores = scenario.number("cores")
        return (
            Bars(
                "work in the same time, as a multiple of what coroutines did",
                "times",
                {"coroutines": 1.0, **measured["pace"]},
                bands(predicted["pace"]),
                note=_note(predicted),
            ),
            Bars(
                "CPUs used",
                "CPUs",
                measured["used"],
                bands(predicted["used"]),
                limits=(Bound(cores, "the number of CPUs that the workers may use"),),
            ),
            Bars("time for one piece of work", "ms", measured["milliseconds"]),
        )


def _shares(event: Event) -> list[Share]:
    if any(one["queued"] is None for one in event["shares"]):
        raise Unavailable("this kernel does not report how long a thread waits for a CPU (/proc/PID/schedstat)")
    return [
        Share(int(one["pieces"]), float(one["ran"]), float(one["queued"]), max(float(one["lasted"]), LEAST))
        for one in event["shares"]
    ]


def _rounds(program: ServiceEvidence) -> Rounds:
    events = [event for event in program.events if event["event"] == "computed"]
    return {kind: [_shares(event) for event in events if event["kind"] == kind] for kind in KINDS}


def _of_rounds(choose: Choose, of_round: Callable[[Sequence[Share]], float], rounds: Rounds) -> dict[str, float]:
    return {kind: choose(map(of_round, those)) for kind, those in rounds.items() if those}


def _disturbed(rounds: Rounds, cores: int) -> bool:
    """Whether other processes took CPU time in the best round of any kind."""
    had, asked = _of_rounds(max, used, rounds), _of_rounds(statistics.median, wanted, rounds)
    return any(theory.disturbed(had[kind], asked[kind], cores) for kind in had)


def _pace(workers: int, cores: int, busy: bool) -> dict[str, Expectation]:
    """On a busy machine, no more than that some work was done."""
    if busy:
        return {"threads": UNJUDGED, "processes": UNJUDGED}
    low, high = theory.gain(workers, cores)
    return {"threads": Between(0.5, round(ROOM**2, 2)), "processes": Between(round(low, 2), round(high, 2))}


def _note(predicted: Values) -> str:
    """Why the speeds are not judged, if they are not."""
    if predicted["pace"]["processes"] != UNJUDGED.json():
        return ""
    return "Other programs used the CPUs during this run, so the speeds say little: run it again on an idle machine."


def _reason(workers: int, cores: int, busy: bool) -> str:
    count = usable("processes", workers, cores)
    uses = "one CPU" if count == 1 else f"{count} CPUs, which divides the time of a piece of work by {count}"
    return (
        f"with a GIL, one interpreter runs one thread at a time, so {workers} coroutines or threads use one CPU; "
        f"{workers} processes have an interpreter each and use {uses}"
        + (". Other processes took CPU time meanwhile, so the speed of each kind is not judged." if busy else ".")
    )


FAMILY: Family = ParallelCpu()
