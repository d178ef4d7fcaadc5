"""Checks of a fetches scenario: every body arrived whole, the fetchers ended well, and who blocks waits for all."""

from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from scenarios.events import Event
from scenarios.evidence import Evidence
from scenarios.families.base import Prediction
from scenarios.quantities import Json


@pytest.fixture(scope="session")
def fetched(evidence: Evidence, prediction: Prediction) -> dict[str, Event]:
    """Each fetcher's report."""
    return {name: evidence.services[name].said("fetched") for name in prediction.facts["fetchers"]}


def test_every_fetcher_ended_well(evidence: Evidence, fetched: dict[str, Event]) -> None:
    assert {name: evidence.services[name].exit_status for name in fetched} == dict.fromkeys(fetched, 0)


def test_every_body_had_its_size_and_its_hash(evidence: Evidence, fetched: dict[str, Event]) -> None:
    urls = evidence.scenario.number("urls")
    assert {name: report["verified"] for name, report in fetched.items()} == dict.fromkeys(fetched, urls)


def test_the_origin_still_serves(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    program = evidence.services["origin"].pid
    assert machine("origin").run(f"kill -0 {program}").rc == 0


def test_who_blocks_its_only_thread_waits_for_all(evidence: Evidence, measured: Mapping[str, Json]) -> None:
    latencies = evidence.scenario.number("urls") * float(evidence.scenario.parameters["latency"])
    blocked = {
        name: measured["seconds"][name] for name in ("serial", "gevent-unpatched") if name in measured["seconds"]
    }
    assert all(seconds >= latencies for seconds in blocked.values()), blocked
