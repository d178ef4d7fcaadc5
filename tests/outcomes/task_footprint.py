"""Checks of task_footprint: all waiting tasks existed at the same time and continued at the end."""

import pytest

from scenarios.errors import Unavailable
from scenarios.families.base import Event, Prediction
from scenarios.results.evidence import Evidence
from scenarios.theory.costs import WAITERS

# A program also writes its events.
OTHER_WRITES = 50
# The system calls of time.sleep, and where the timeout of futex(2) stands in its arguments.
SLEEPS, FUTEX_TIMEOUT = {"nanosleep", "clock_nanosleep"}, 3


def _steps(evidence: Evidence, kind: str) -> list[Event]:
    return [event for event in evidence.services[kind].events if event["event"] == "grown"]


@pytest.mark.parametrize("kind", WAITERS)
def test_every_waiting_task_continued_at_the_end(kind: str, evidence: Evidence, prediction: Prediction) -> None:
    if kind == "threads" and prediction.facts["begun"] < prediction.facts["asked"]:
        pytest.skip("the program ended by the exception")
    assert evidence.services[kind].said("woken")["count"] == prediction.facts["waiting"][kind]


@pytest.mark.parametrize("kind", WAITERS)
def test_every_waiting_task_ran_again_at_the_end(kind: str, evidence: Evidence, prediction: Prediction) -> None:
    # Each one makes a system call then that writes.
    one = evidence.services[kind]
    if one.last("woken") is None:
        pytest.skip("the program ended by the exception")
    before, after = one.sampled(_steps(evidence, kind)[-1]["moment"]).writes, one.sampled("woken").writes
    if before is None or after is None:
        raise Unavailable("this kernel does not count a program's writes (/proc/PID/io)")
    assert 0 <= after - before - prediction.facts["waiting"][kind] <= OTHER_WRITES


def test_waiting_threads_sleep_until_they_are_woken(evidence: Evidence) -> None:
    # A thread that looks at intervals waits with a timeout; so does one that waits for the GIL, for a moment.
    sample = evidence.services["threads"].sampled(_steps(evidence, "threads")[-1]["moment"])
    waits = [wait for wait in sample.waits if wait.thread != wait.process]
    if not waits:
        raise Unavailable("this machine does not show in which system call a thread waits")
    polling = [
        wait for wait in waits if wait.call in SLEEPS or (wait.call == "futex" and wait.arguments[FUTEX_TIMEOUT])
    ]
    assert 2 * len(polling) < len(waits), f"{len(polling)} of {len(waits)} threads wait with a timeout"


def test_only_tasks_have_the_event_loop_of_tasks_and_threads_have_none(evidence: Evidence) -> None:
    # A loop of asyncio or uvloop has an epoll set and wakes itself by a pair of sockets or pipes. The hub of gevent has
    # fewer descriptors of its own.
    last = {kind: evidence.services[kind].sampled(_steps(evidence, kind)[-1]["moment"]) for kind in WAITERS}
    assert (last["tasks"].epoll_sets or 0) > 0
    assert last["threads"].epoll_sets == 0
    assert last["greenlets"].descriptors < last["tasks"].descriptors


def test_each_program_was_one_process_throughout(evidence: Evidence) -> None:
    assert {look.processes for kind in WAITERS for look in evidence.services[kind].samples} == {1}


def test_the_kernel_sees_only_the_threads(evidence: Evidence, prediction: Prediction) -> None:
    grown = {
        (kind, event["waiting"]): evidence.services[kind].sampled(event["moment"]).threads
        for kind in WAITERS
        for event in _steps(evidence, kind)
    }
    assert grown == {(kind, count): 1 + count * (kind == "threads") for kind, count in grown}
    assert max(count for kind, count in grown if kind == "threads") == prediction.facts["begun"]


def test_memory_grew_with_each_step(evidence: Evidence) -> None:
    for kind in WAITERS:
        one = evidence.services[kind]
        moments = ["empty", *(event["moment"] for event in _steps(evidence, kind))]
        used = [one.sampled(moment).memory or 0 for moment in dict.fromkeys(moments)]
        assert used == sorted(set(used)), kind
