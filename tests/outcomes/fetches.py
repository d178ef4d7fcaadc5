"""Checks of a fetches scenario: every body arrived whole, on the platform asked for, and the order of the fetchers is theory's."""

import pytest

from scenarios.theory import MODES


@pytest.fixture(scope="session")
def fetched(evidence):
    """Each fetcher's report."""
    return {name: evidence.services[name].last("fetched") for name in evidence.services if name in MODES}


def test_the_logs_are_complete(evidence):
    assert {name: one.logs for name, one in evidence.services.items()} == dict.fromkeys(evidence.services, "complete")


def test_every_fetcher_ended_well(evidence, fetched):
    assert {name: evidence.services[name].exit_status for name in fetched} == dict.fromkeys(fetched, 0)


def test_every_body_had_its_size_and_its_hash(evidence, fetched):
    urls = evidence.scenario.number("urls")
    assert {name: report["verified"] for name, report in fetched.items()} == dict.fromkeys(fetched, urls)


def test_every_fetcher_ran_on_its_platform(evidence, fetched):
    ready = {name: evidence.services[name].last("ready")["platform"] for name in fetched}
    assert ready == {name: evidence.services[name].platform for name in fetched}


def test_the_origin_still_serves(evidence, machine):
    origin = evidence.services["origin"]
    program = next(event["pid"] for event in origin.events if event["event"] == "started")
    assert machine("origin").run(f"kill -0 {program}").rc == 0


def test_unpatched_gevent_waits_as_serial_does(evidence, measured):
    latencies = evidence.scenario.number("urls") * float(evidence.scenario.parameters["latency"])
    assert measured.seconds["gevent-unpatched"] >= latencies
    assert measured.seconds["serial"] >= latencies
