"""Checks of a fetches scenario: every body arrived whole, on the platform asked for, and the order of the fetchers is
theory's.
"""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.evidence import Event, Evidence
from scenarios.outcome import Outcome
from scenarios.theory import MODES


@pytest.fixture(scope="session")
def fetched(evidence: Evidence) -> dict[str, Event]:
    """Each fetcher's report."""
    return {name: evidence.services[name].said("fetched") for name in evidence.services if name in MODES}


def test_the_logs_are_complete(evidence: Evidence) -> None:
    assert {name: one.logs for name, one in evidence.services.items()} == dict.fromkeys(evidence.services, "complete")


def test_every_fetcher_ended_well(evidence: Evidence, fetched: dict[str, Event]) -> None:
    assert {name: evidence.services[name].exit_status for name in fetched} == dict.fromkeys(fetched, 0)


def test_every_body_had_its_size_and_its_hash(evidence: Evidence, fetched: dict[str, Event]) -> None:
    urls = evidence.scenario.number("urls")
    assert {name: report["verified"] for name, report in fetched.items()} == dict.fromkeys(fetched, urls)


def test_every_fetcher_ran_on_its_platform(evidence: Evidence, fetched: dict[str, Event]) -> None:
    ready = {name: evidence.services[name].said("ready")["platform"] for name in fetched}
    assert ready == {name: evidence.services[name].platform for name in fetched}


def test_the_origin_still_serves(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    origin = evidence.services["origin"]
    program = origin.said("started")["pid"]
    assert machine("origin").run(f"kill -0 {program}").rc == 0


def test_unpatched_gevent_waits_as_serial_does(evidence: Evidence, measured: Outcome) -> None:
    latencies = evidence.scenario.number("urls") * float(evidence.scenario.parameters["latency"])
    times = measured.seconds or {}
    blocked = {name: times[name] for name in ("serial", "gevent-unpatched")}
    assert all(isinstance(time, float) and time >= latencies for time in blocked.values()), blocked
