"""Checks of a rivals scenario: every server was asked the same, and lives."""

from collections.abc import Callable

from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction


def test_every_server_answered_the_same_requests(evidence: Evidence, prediction: Prediction) -> None:
    said = [event for event in evidence.services["client"].events if event["event"] == "measured"]
    assert [event["server"] for event in said] == list(prediction.facts["mechanisms"])
    assert len({(event["requests"], len(event["latencies"])) for event in said}) == 1
    assert evidence.services["client"].exit_status == 0


def test_every_server_lives(evidence: Evidence, machine: Callable[[str], Host], prediction: Prediction) -> None:
    pids = {name: evidence.services[name].pid for name in prediction.facts["mechanisms"]}
    assert [name for name, pid in pids.items() if machine(name).run(f"kill -0 {pid}").rc] == []


def test_who_waits_for_nobody_was_not_disturbed_by_the_others(evidence: Evidence, prediction: Prediction) -> None:
    """A server whose turn has not come takes no processor: what was measured of one is its own."""
    first = prediction.facts["mechanisms"][0]
    last = prediction.facts["mechanisms"][-1]
    looks = [evidence.services[last].sampled(f"{first} {when}") for when in ("begins", "answered")]
    assert looks[1].all_cpu_seconds - looks[0].all_cpu_seconds <= 0.03
