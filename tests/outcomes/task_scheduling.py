"""Checks of task_scheduling: the number of threads, and that computing and waiting were real."""

import pytest

from scenarios.errors import OutOfTime, Unavailable
from scenarios.families.base import Event, Prediction
from scenarios.results.evidence import Evidence

# A share for the differences between clocks, and for work beside computing.
SLACK = 0.02
# The kernel counts the CPU time of a process in ticks of this many seconds.
TICK = 0.01
WAYS = ("serial", "threads", "events")
# Times are rounded to microseconds.
ROUNDED = 1e-5


def test_every_program_ended_well(evidence: Evidence) -> None:
    ended = {name: evidence.services[name].exit_status for name in ("serial", "threads", "events")}
    assert ended == dict.fromkeys(ended, 0)


def test_each_task_has_a_thread_and_the_event_loop_is_one_thread(evidence: Evidence, prediction: Prediction) -> None:
    counted = {name: evidence.services[name].sampled("running").threads for name in prediction.facts["threads"]}
    assert counted == prediction.facts["threads"]


def test_the_event_loop_had_no_other_thread_for_a_while(evidence: Evidence) -> None:
    assert not evidence.services["events"].lost_a_thread("running", "done")


def test_the_event_loop_sleeps_while_it_waits(evidence: Evidence, prediction: Prediction) -> None:
    # It sleeps at least from the last request to the last answer. A loop that asks again and again runs all of the
    # time, or is ready to.
    events = evidence.services["events"]
    before, after = events.sampled("running"), events.sampled("done")
    if before.queued is None or after.queued is None:
        raise Unavailable("this kernel does not show how long a thread waits for a CPU (/proc/PID/schedstat)")
    worked = after.cpu_seconds + after.queued - before.cpu_seconds - before.queued
    slept = events.said("done")["seconds"] - worked
    least = prediction.facts["load"].wait / 2 - TICK
    if slept < least < after.queued - before.queued:
        raise OutOfTime("this machine is too busy: the event loop was ready to run for long and had no CPU")
    assert slept >= least, f"it slept for {slept:.3f} s, and at least {least:.3f} s were expected"


def test_the_threads_of_the_tasks_computed(evidence: Evidence, prediction: Prediction) -> None:
    # They have ended by then. A loop beside threads that only wait would have computed in the main thread.
    load, threads = prediction.facts["load"], evidence.services["threads"]
    before, after = threads.sampled("running").ended_threads, threads.sampled("done").ended_threads
    if before is None or after is None:
        raise Unavailable("this machine cannot show the CPU time of ended threads")
    assert after - before >= load.tasks * load.rounds * load.compute - 2 * TICK


def test_computing_took_as_much_cpu_time_as_requested(evidence: Evidence, prediction: Prediction) -> None:
    for name in ("serial", "threads", "events"):
        spans = [one for event in evidence.services[name].events if event["event"] == "spans" for one in event["spans"]]
        spent = [cpu for kind, _, _, cpu in spans if kind == "computing"]
        load = prediction.facts["load"]
        assert len(spent) == load.tasks * load.rounds
        assert min(spent) >= load.compute


def test_the_kernel_counted_the_cpu_time_of_computing(evidence: Evidence, prediction: Prediction) -> None:
    load = prediction.facts["load"]
    for name in prediction.facts["threads"]:
        one = evidence.services[name]
        spent = one.sampled("done").cpu_seconds - one.sampled("running").cpu_seconds
        assert spent >= load.tasks * load.rounds * load.compute - 2 * TICK, name


def test_threads_together_used_at_most_one_cpu(evidence: Evidence) -> None:
    # The GIL lets one thread compute at a time, however many CPUs there are. Free-threaded builds have no GIL.
    threads = evidence.services["threads"]
    spent = sum(one[3] for event in threads.events if event["event"] == "spans" for one in event["spans"])
    assert spent <= threads.said("done")["seconds"] * (1 + SLACK)


@pytest.fixture(scope="session")
def answered(evidence: Evidence) -> list[Event]:
    if evidence.services["peer"].events_left_out:
        pytest.skip("the peer printed more events than the lab keeps")
    return [event for event in evidence.services["peer"].events if event["event"] == "worked"]


def test_the_peer_made_each_task_wait_in_every_round(answered: list[Event], prediction: Prediction) -> None:
    load = prediction.facts["load"]
    assert len(answered) == 3 * load.tasks * load.rounds
    assert min(event["seconds"] for event in answered) >= load.wait


def test_tasks_waited_while_the_peer_worked_for_them(
    evidence: Evidence, answered: list[Event], prediction: Prediction
) -> None:
    # The peer's own times, on the clock that all programs of a machine share. The n-th request cannot be sent after the
    # peer's n-th work began, nor can the n-th answer come before its n-th work was over.
    load = prediction.facts["load"]
    count = load.tasks * load.rounds
    for number, way in enumerate(WAYS):
        works = answered[number * count : (number + 1) * count]
        began = sorted(event["begun"] for event in works)
        ended = sorted(event["begun"] + event["seconds"] for event in works)
        begun, waits = float(evidence.services[way].said("done")["begun"]), _waits(evidence, way)
        asked, got = (sorted(begun + span[place] for span in waits) for place in (0, 1))
        assert len(waits) == count, way
        assert all(a <= b + ROUNDED for a, b in zip(asked, began, strict=True)), f"{way}: asked after the work began"
        assert all(a <= b + ROUNDED for a, b in zip(ended, got, strict=True)), f"{way}: answered before the work ended"


def _waits(evidence: Evidence, way: str) -> list[tuple[float, float]]:
    spans = [one for event in evidence.services[way].events if event["event"] == "spans" for one in event["spans"]]
    return [(float(begin), float(end)) for kind, begin, end, _ in spans if kind == "waiting"]
