"""Checks of this exercise: one thread waits for all devices in one call, and the kernel wakes it as the events come."""

from itertools import pairwise

import pytest

from labs.idle_probe import check_no_extra_thread
from scenarios.errors import Unavailable
from scenarios.judging.prediction import Prediction
from scenarios.judging.waiting import NAMES
from scenarios.results.evidence import Evidence

# Seconds: events closer together than this may wake the loop once.
APART = 0.02
MOMENTS = ("connected", "still", "stirs", "over")


def test_no_click_was_noticed_before_it_happened(evidence: Evidence, prediction: Prediction) -> None:
    noticed = evidence.services["queue"].said("watched")["noticed"]
    early = [
        number
        for number, (seen, came) in enumerate(zip(noticed, prediction.facts["clicks"], strict=False), 1)
        if seen < came - 0.001
    ]
    assert not early, f"the clicks {early} were noticed before they happened"


def test_it_woke_for_the_events_as_they_came(evidence: Evidence, prediction: Prediction) -> None:
    # For at least half of them, for a busy machine; a loop that reads all events at the end wakes a few times.
    queue, moments = evidence.services["queue"], prediction.facts["moments"]
    apart = 1 + sum(later - sooner > APART for sooner, later in pairwise(moments))
    before, after = queue.sampled("connected").voluntary, queue.sampled("still").voluntary
    if before is None or after is None:
        raise Unavailable("this machine does not count how often a program sleeps")
    assert 2 * (after - before) >= apart, (
        f"clicks and keys came at {apart} moments at least {APART:g} s apart, and the watcher woke {after - before} "
        "times"
    )


def test_it_waits_for_all_devices_in_one_call(evidence: Evidence) -> None:
    waits = [evidence.services["queue"].sampled(moment).main_wait() for moment in ("still", "stirs")]
    asleep = [wait for wait in waits if wait.call != "running"]
    if not asleep:
        pytest.skip("the watcher was not waiting at these moments")
    for wait in asleep:
        assert wait.mechanism in NAMES, (
            f"a wait in select, poll or epoll was expected, and it waits in {wait.mechanism}"
        )
        assert wait.sleeps, f"a wait without a timeout was expected, and its {wait.mechanism} has a short one"


def test_one_process_with_one_thread_does_it(evidence: Evidence) -> None:
    samples = [evidence.services["queue"].sampled(moment) for moment in MOMENTS]
    processes, threads = max(one.processes for one in samples), max(one.threads for one in samples)
    assert (processes, threads) == (1, 1), (
        f"1 thread of 1 process was expected, and {threads} threads of {processes} processes ran"
    )


def test_no_extra_thread_ran(evidence: Evidence) -> None:
    check_no_extra_thread(evidence.services["queue"], "connected", "over")
