"""Checks of a naps scenario: nobody was back too early, one thread slept, and it did nothing else."""

import pytest

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction

# Of a processor, that sleeping must not take: who waits by looking at the clock again and again takes all of it.
ASLEEP = 0.15
# The kernel's clock of processor time has ticks of this many seconds; less than some of them tells nothing.
TICK = 0.01


def test_every_program_ended_well(evidence: Evidence) -> None:
    assert {name: one.exit_status for name, one in evidence.services.items()} == dict.fromkeys(evidence.services, 0)


def test_nobody_was_back_before_its_time(evidence: Evidence, prediction: Prediction) -> None:
    for name, one in evidence.services.items():
        slept = [end - begin for begin, end in one.said("slept")["spans"]]
        early = [
            number
            for number, (took, asked) in enumerate(zip(slept, prediction.facts["sleeps"], strict=True), 1)
            if took < asked - 0.001  # it is rounded
        ]
        assert not early, (name, early)


def test_one_thread_slept_for_all(evidence: Evidence, prediction: Prediction) -> None:
    for moment in ("ready", "slept"):
        threads = {name: one.sampled(moment).threads for name, one in evidence.services.items()}
        assert threads == dict.fromkeys(evidence.services, prediction.facts["threads"]), moment
    # One that came and went between the looks is gone by then, but not what it had of the processor.
    gone = [name for name, one in evidence.services.items() if one.lost_a_thread("begins", "slept")]
    assert not gone, f"a thread of {', '.join(gone)} slept, and ended before the end"


def test_who_sleeps_takes_no_processor(evidence: Evidence) -> None:
    for name, one in evidence.services.items():
        took = one.sampled("slept").cpu_seconds - one.sampled("begins").cpu_seconds
        if one.said("slept")["seconds"] < 10 * TICK:
            pytest.skip("too short for the kernel's clock of processor time")
        assert took < ASLEEP * one.said("slept")["seconds"], name
