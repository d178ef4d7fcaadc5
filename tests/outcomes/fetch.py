"""Checks of fetch: the origin served every page, and threads, greenlets or tasks fetched them, as each fetcher says."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from testinfra.host import Host

from scenarios.errors import EvidenceError
from scenarios.families.base import Prediction
from scenarios.judging.quantities import Json
from scenarios.results.events import Event
from scenarios.results.evidence import Evidence

# Each page is fetched so often without latency, to measure the cost of a fetch, and then once with latency.
CALIBRATIONS = 3
ASK = (
    "import sys, urllib.request as r;"
    "print(r.build_opener(r.ProxyHandler({})).open(f'http://{sys.argv[1]}/{sys.argv[2]}', timeout=5).read().decode())"
)
# They wait for one page after the other.
BLOCKED = {"serial", "gevent-unpatched"}


def asked_of_origin(what: str, evidence: Evidence, machine: Callable[[str], Host]) -> dict[str, Any]:
    port = evidence.services["origin"].said("ready")["port"]
    listener = machine("origin").run(f"ss -Hltn 'sport = :{port}'").stdout.split()
    said = machine("origin").run("python3 -c %s %s %s", ASK, listener[3], what)
    if said.rc or not said.stdout:
        raise EvidenceError(f"the origin could not be asked for {what!r}: {said.stderr[-300:]}")
    return dict(json.loads(said.stdout))


def at_a_time(evidence: Evidence, name: str) -> int:
    """How many pages a fetcher may and should fetch at the same time."""
    urls, pool = evidence.scenario.number("urls"), evidence.scenario.number("pool")
    return 1 if name in BLOCKED else min(pool or urls, urls)


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


def test_the_origin_served_every_page_to_every_fetcher(
    evidence: Evidence, fetched: dict[str, Event], machine: Callable[[str], Host]
) -> None:
    urls, latency = evidence.scenario.number("urls"), str(float(evidence.scenario.parameters["latency"]))
    served = asked_of_origin("served", evidence, machine)
    for name, waited, times in ((name, *one) for name in fetched for one in ((latency, 1), ("0.0", CALIBRATIONS))):
        counts = served.get(name, {}).get(waited, {})
        few = [number for number in range(urls) if counts.get(str(number), 0) < times]
        assert not few, f"pages served to {name} fewer than {times} times, after {waited} s: {few}"


def test_the_origin_had_as_many_requests_at_a_time_as_the_pool(
    evidence: Evidence, fetched: dict[str, Event], machine: Callable[[str], Host]
) -> None:
    latency = float(evidence.scenario.parameters["latency"])
    most = asked_of_origin("most", evidence, machine)
    for name in sorted(fetched):
        wanted, seen = at_a_time(evidence, name), most.get(name, {}).get(str(latency), 0)
        assert seen <= wanted, f"{name}: at most {wanted} requests at a time were expected, and the origin saw {seen}"
        if seen == 1 < wanted:
            if 2 * evidence.services[name].said("calibrated")["cost"] > latency:
                raise EvidenceError(f"{name}: a fetch takes so long on this busy machine that requests cannot overlap")
            raise AssertionError(
                f"{name}: {wanted} requests at a time were expected, and each waited for the one before"
            )


def test_greenlets_and_tasks_fetched_the_pages(evidence: Evidence, fetched: dict[str, Event]) -> None:
    urls, pool = evidence.scenario.number("urls"), evidence.scenario.number("pool")
    wanted = min(pool or urls, urls)
    for name in sorted({"gevent", "asyncio", "gevent-unpatched"} & set(fetched)):
        connected = evidence.services[name].observed()["connecting"]
        assert connected >= wanted, f"{name}: {wanted} greenlets or tasks should connect at a time, and {connected} did"


def test_greenlets_are_resumed_in_the_middle_of_a_fetch_only_if_they_do_not_block(
    evidence: Evidence, fetched: dict[str, Event]
) -> None:
    for name in sorted({"gevent", "gevent-unpatched"} & set(fetched)):
        resumed = evidence.services[name].observed()["resumed"]
        assert (resumed > 0) == (name == "gevent"), f"{name}: {resumed} greenlets were resumed in the middle of a fetch"


def test_only_the_threads_fetched_in_other_threads(evidence: Evidence, fetched: dict[str, Event]) -> None:
    fetches = (CALIBRATIONS + 1) * evidence.scenario.number("urls")
    for name in sorted(fetched):
        elsewhere = evidence.services[name].observed()["elsewhere"]
        wanted = f"at least {fetches}" if name == "threads" else "no"
        assert elsewhere >= fetches if name == "threads" else elsewhere == 0, (
            f"{name}: {wanted} connections from other threads were expected, and {elsewhere} were made"
        )


def test_fetchers_that_block_wait_for_all_latencies(evidence: Evidence, measured: Mapping[str, Json]) -> None:
    latencies = evidence.scenario.number("urls") * float(evidence.scenario.parameters["latency"])
    blocked = {name: measured["seconds"][name] for name in BLOCKED if name in measured["seconds"]}
    assert all(seconds >= latencies for seconds in blocked.values()), blocked
