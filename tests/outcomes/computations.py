"""Checks of a computations scenario: the kernel's own count of processor time, and the processors that were allowed."""

import re
from collections.abc import Callable

from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction

# The kernel counts in ticks of 0.01 s for each process; beside the workers somebody begins and ends them.
TICK = 0.01
BESIDE = 1.0


def said(evidence: Evidence, *kinds: str) -> float:
    """Seconds of processor time that the workers of these kinds reported."""
    events = [event for event in evidence.services["compute"].events if event["event"] == "computed"]
    return sum(float(one["ran"]) for event in events if event["kind"] in kinds for one in event["shares"])


def test_the_kernel_counted_the_time_that_the_workers_reported(evidence: Evidence) -> None:
    program = evidence.services["compute"]
    spent = program.sampled("later").all_cpu_seconds - program.sampled("begins").all_cpu_seconds
    reported = said(evidence, "coroutines", "threads", "processes")
    assert 0.9 * reported - TICK <= spent <= reported + BESIDE + 0.2 * reported


def test_what_the_processes_did_was_done_by_children(evidence: Evidence) -> None:
    seen = evidence.services["compute"].sampled("later")
    workers, rounds = evidence.scenario.number("workers"), evidence.scenario.number("rounds")
    assert seen.all_cpu_seconds - seen.cpu_seconds >= said(evidence, "processes") - 2 * TICK * workers * rounds
    assert seen.cpu_seconds >= 0.9 * said(evidence, "coroutines", "threads") - TICK


def test_nobody_could_use_more_processors_than_allowed(
    evidence: Evidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    status = machine("compute").run(f"cat /proc/{evidence.services['compute'].pid}/status").stdout
    allowed = re.findall(r"^Cpus_allowed_list:\s+(\S+)$", status, re.M)[0]
    ranges = [[int(end) for end in part.split("-")] for part in allowed.split(",")]
    assert sum(one[-1] - one[0] + 1 for one in ranges) == prediction.facts["cores"]


def test_every_round_was_computed_by_all_kinds(evidence: Evidence) -> None:
    kinds = [event["kind"] for event in evidence.services["compute"].events if event["event"] == "computed"]
    assert kinds == ["coroutines", "threads", "processes"] * evidence.scenario.number("rounds")
