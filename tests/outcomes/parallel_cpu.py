"""Checks of parallel_cpu: the kernel's count of CPU time, and the CPUs that were allowed."""

import re
from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.errors import OutOfTime, Unavailable
from scenarios.families.base import Event, Prediction
from scenarios.results.evidence import Evidence

# The kernel counts in ticks of 0.01 s for each process; to start and end the workers takes CPU time too.
TICK = 0.01
BESIDE = 1.0
# The part of its time for which a thread is ready to run and has no CPU, at most, on a machine that is not busy.
QUIET = 0.1
# The part of its time in which a worker runs or is ready to, at least.
AWAKE = 0.7


def said(evidence: Evidence, *kinds: str) -> float:
    """Seconds of CPU time that the workers of these kinds reported."""
    events = [event for event in evidence.services["compute"].events if event["event"] == "computed"]
    return sum(float(one["ran"]) for event in events if event["kind"] in kinds for one in event["shares"])


def test_the_kernel_counted_the_cpu_time_that_the_workers_reported(evidence: Evidence) -> None:
    program = evidence.services["compute"]
    spent = program.sampled("later").all_cpu_seconds - program.sampled("begins").all_cpu_seconds
    reported = said(evidence, "coroutines", "threads", "processes")
    assert 0.9 * reported - TICK <= spent <= reported + BESIDE + 0.2 * reported


@pytest.mark.parametrize(("kind", "next_kind"), [("coroutines", "threads"), ("threads", "processes")])
def test_the_kernel_counted_the_cpu_time_of_coroutines_and_of_threads_apart(
    kind: str, next_kind: str, evidence: Evidence
) -> None:
    # A kind's first round is between the moments at which its own workers and those of the next kind exist.
    program = evidence.services["compute"]
    first = next(event for event in program.events if event["event"] == "computed" and event["kind"] == kind)
    reported = sum(float(one["ran"]) for one in first["shares"])
    spent = program.spent(kind, next_kind) or 0.0
    assert 0.9 * reported - TICK <= spent <= reported + BESIDE


def test_threads_beside_the_main_one_computed(evidence: Evidence) -> None:
    program = evidence.services["compute"]
    before, after = program.sampled("coroutines").ended_threads, program.sampled("processes").ended_threads
    if before is None or after is None:
        raise Unavailable("this machine cannot show the CPU time of ended threads")
    first = next(event for event in program.events if event["event"] == "computed" and event["kind"] == "threads")
    assert after - before >= 0.9 * sum(float(one["ran"]) for one in first["shares"]) - TICK


@pytest.mark.parametrize("kind", ["coroutines", "processes"])
def test_workers_did_not_sleep_while_they_computed(kind: str, evidence: Evidence) -> None:
    # In their best round: a hypervisor may stop a machine for a while.
    events = [event for event in evidence.services["compute"].events if event["event"] == "computed"]
    shares = [event["shares"] for event in events if event["kind"] == kind]
    if any(one["queued"] is None for some in shares for one in some):
        raise Unavailable("this kernel does not say how long a thread was ready to run and had no CPU")
    # Coroutines have equal parts of their one thread's times.
    threads = [[_summed(some)] if kind == "coroutines" else some for some in shares]
    awake = [one["ran"] / max(one["lasted"] - one["queued"], TICK) for some in threads for one in some]
    assert max(awake) >= AWAKE, f"{kind} ran for at most {max(awake):.2f} of the time in which they had a CPU"


def _summed(shares: list[dict[str, float]]) -> dict[str, float]:
    """The times of the thread of which these are parts."""
    sums = {key: sum(one[key] for one in shares) for key in ("ran", "queued")}
    return {**sums, "lasted": max(one["lasted"] for one in shares)}


def test_coroutines_are_one_thread_throughout(evidence: Evidence) -> None:
    assert not evidence.services["compute"].lost_a_thread("begins", "threads")


def test_every_coroutine_and_process_computed(evidence: Evidence) -> None:
    workers = evidence.scenario.number("workers")
    events = [event for event in evidence.services["compute"].events if event["event"] == "computed"]
    assert {len(event["shares"]) for event in events} == {workers}
    idle = [
        event for event in events if event["kind"] != "threads" and not all(one["pieces"] for one in event["shares"])
    ]
    if idle and not any(map(_was_quiet, idle)):
        raise OutOfTime("this machine is too busy: a worker that was ready to run had no CPU in a whole round")
    assert [event["kind"] for event in idle] == []


def test_more_than_one_thread_computed(evidence: Evidence) -> None:
    # The interpreter makes a thread that computes hand over the GIL after some milliseconds.
    events = [event for event in evidence.services["compute"].events if event["event"] == "computed"]
    computed = [sum(one["pieces"] > 0 for one in event["shares"]) for event in events if event["kind"] == "threads"]
    if max(computed) <= 1 and not any(event["kind"] == "threads" and _was_quiet(event) for event in events):
        raise OutOfTime("this machine is too busy: in no round did all threads get the CPU when they were ready to run")
    assert max(computed) > 1


def _was_quiet(event: Event) -> bool:
    return all(one["queued"] <= QUIET * one["lasted"] for one in event["shares"])


def test_child_processes_did_the_work_of_the_processes(evidence: Evidence) -> None:
    seen = evidence.services["compute"].sampled("later")
    workers, rounds = evidence.scenario.number("workers"), evidence.scenario.number("rounds")
    assert seen.all_cpu_seconds - seen.cpu_seconds >= said(evidence, "processes") - 2 * TICK * workers * rounds
    assert seen.cpu_seconds >= 0.9 * said(evidence, "coroutines", "threads") - TICK


def test_the_program_is_limited_to_the_allowed_cpus(
    evidence: Evidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    status = machine("compute").run(f"cat /proc/{evidence.services['compute'].pid}/status").stdout
    allowed = re.findall(r"^Cpus_allowed_list:\s+(\S+)$", status, re.M)[0]
    ranges = [[int(end) for end in part.split("-")] for part in allowed.split(",")]
    assert sum(one[-1] - one[0] + 1 for one in ranges) == prediction.facts["cores"]


def test_every_worker_computed_for_as_long_as_requested(evidence: Evidence) -> None:
    asked = float(evidence.scenario.parameters["seconds"])
    events = [event for event in evidence.services["compute"].events if event["event"] == "computed"]
    assert min(one["lasted"] for event in events for one in event["shares"]) >= asked


def test_all_kinds_computed_in_every_round(evidence: Evidence) -> None:
    kinds = [event["kind"] for event in evidence.services["compute"].events if event["event"] == "computed"]
    assert kinds == ["coroutines", "threads", "processes"] * evidence.scenario.number("rounds")
