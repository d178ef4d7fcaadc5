"""Checks of an interleavings scenario: threads that were counted, and computing and waiting that were real."""

import pytest

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction

# Two programs' clocks of the processor, and what they do beside computing.
SLACK = 0.02
# The kernel counts the processor time of a process in ticks of this many seconds.
TICK = 0.01


def test_every_way_ended_well(evidence: Evidence) -> None:
    ended = {name: evidence.services[name].exit_status for name in ("serial", "threads", "events")}
    assert ended == dict.fromkeys(ended, 0)


def test_threads_are_as_many_as_tasks_and_an_event_loop_is_one(evidence: Evidence, prediction: Prediction) -> None:
    counted = {name: evidence.services[name].sampled("running").threads for name in prediction.facts["threads"]}
    assert counted == prediction.facts["threads"]


def test_computing_had_the_processor_for_as_long_as_was_asked_for(evidence: Evidence, prediction: Prediction) -> None:
    for name in ("serial", "threads", "events"):
        told = [one for event in evidence.services[name].events if event["event"] == "spans" for one in event["spans"]]
        spent = [cpu for kind, _, _, cpu in told if kind == "computing"]
        load = prediction.facts["load"]
        assert len(spent) == load.tasks * load.rounds
        assert min(spent) >= load.compute


def test_the_kernel_counted_what_was_computed(evidence: Evidence, prediction: Prediction) -> None:
    load = prediction.facts["load"]
    for name in prediction.facts["threads"]:
        one = evidence.services[name]
        spent = one.sampled("done").cpu_seconds - one.sampled("running").cpu_seconds
        assert spent >= load.tasks * load.rounds * load.compute - 2 * TICK, name


def test_threads_have_the_processor_no_longer_than_the_clock_ran(evidence: Evidence) -> None:
    """One interpreter's lock lets one thread compute at a time, however many processors there are."""
    threads = evidence.services["threads"]
    spent = sum(one[3] for event in threads.events if event["event"] == "spans" for one in event["spans"])
    assert spent <= threads.said("done")["seconds"] * (1 + SLACK)


def test_the_peer_kept_each_task_waiting_in_every_round(evidence: Evidence, prediction: Prediction) -> None:
    load = prediction.facts["load"]
    answered = [event for event in evidence.services["peer"].events if event["event"] == "worked"]
    if evidence.services["peer"].events_left_out:
        pytest.skip("the peer said more than is kept")
    assert len(answered) == 3 * load.tasks * load.rounds
    assert min(event["seconds"] for event in answered) >= load.wait
