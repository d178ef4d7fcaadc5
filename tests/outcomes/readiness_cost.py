"""Checks of readiness_cost: open and watched descriptors are those that theory counts."""

from scenarios.errors import OutOfTime
from scenarios.families.base import Prediction
from scenarios.results.evidence import Evidence

# The part of the reported CPU time that the kernel counts at least, and its unit if it counts in ticks, in seconds.
MOSTLY, TICK = 0.7, 0.01


def test_each_mechanism_waits_in_its_own_system_call_for_all_descriptors(
    evidence: Evidence, prediction: Prediction
) -> None:
    loop = evidence.services["loop"]
    loop.sampled("waiting")
    waits = [one.main_wait() for one in loop.samples_at("waiting")]
    if not all(wait.sleeps for wait in waits):
        raise OutOfTime("this machine is too busy: the program had not begun to wait when the lab looked")
    watched = prediction.facts["watched"]
    assert [wait.mechanism for wait in waits] == ["select", "poll", "epoll"] * len(watched)
    assert [wait.size for wait in waits if wait.mechanism == "poll"] == watched
    assert all(wait.size > n for wait, n in zip(waits[::3], watched, strict=True) if wait.size is not None)


def test_the_kernel_counted_the_cpu_time_of_the_calls(evidence: Evidence) -> None:
    # All but those of the last number of descriptors: the lab looks before each number.
    loop, scenario = evidence.services["loop"], evidence.scenario
    looks = loop.samples_at("watching")
    events = [event for event in loop.events if event["event"] == "cost"][:-1]
    calls = scenario.number("rounds") * scenario.number("calls")
    told = sum(calls * each for event in events for each in event["microseconds"].values()) / 1e6
    spent = looks[-1].cpu_seconds - looks[0].cpu_seconds
    # A median leaves out slow rounds, and also fast ones.
    assert spent >= MOSTLY * told - TICK, f"calls of {told:.3f} s were reported, and the program ran for {spent:.3f} s"


def test_the_requested_descriptors_are_open(evidence: Evidence, prediction: Prediction) -> None:
    loop = evidence.services["loop"]
    loop.sampled("watching")
    assert [look.descriptors for look in loop.samples_at("watching")] == prediction.facts["descriptors"]


def test_epoll_watches_all_descriptors(evidence: Evidence, prediction: Prediction) -> None:
    loop = evidence.services["loop"]
    loop.sampled("watching")
    assert [look.watched for look in loop.samples_at("watching")] == prediction.facts["watched"]
