"""The family of the nine servers side by side: what is asserted, and how what was measured is counted."""

import time
from dataclasses import replace

import pytest

from labs.programs.clients import rivals as client
from scenarios import families, spec
from scenarios.evidence import Sample
from scenarios.families import rivals
from scenarios.families.base import Known
from scenarios.pictures import Percentiles
from scenarios.theory.mechanisms import MECHANISMS
from tests.unit.made import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("rivals")


def look(moment: str, memory: int, cpu: float) -> Sample:
    """A look at a server."""
    return Sample(moment=moment, descriptors=5, watched=1, nofile_soft=64, nofile_hard=64, resident=1, cpu_seconds=cpu,
                  processes=1, threads=1, memory=memory, all_cpu_seconds=cpu)  # fmt: skip


def test_every_mechanism_that_theory_knows_takes_part() -> None:
    assert spec.load("server-models").services.keys() == {"client", *MECHANISMS}
    assert {*rivals.LOOPS, *rivals.COROUTINES, "threads", "fork"} == set(MECHANISMS)


def test_threads_and_processes_are_exact_and_costs_are_relations_alone() -> None:
    prediction = FAMILY.predict(Known(spec.load("server-models", {"clients": "30"}), {}))
    assert prediction.json()["threads"]["threads"] == prediction.json()["processes"]["fork"] == 31
    assert prediction.json()["threads"]["uvloop"] == 1
    assert {one for order in prediction.relations_json()["memory"] for one in order["order"]} == set(MECHANISMS)


def test_a_percentile_is_the_value_below_which_so_many_latencies_are() -> None:
    p50, p99 = rivals.percentiles([100] * 98 + [5000, 9000])
    assert p50 == 100
    assert p99 == pytest.approx(5000, rel=0.001)


def test_costs_are_counted_for_each_request_and_for_each_connection() -> None:
    scenario = spec.load("server-models", {"clients": "50"})
    moments = (
        look("epoll begins", 2**20, 1.0),
        look("epoll holds", 2**20 + 50 * 2048, 1.5),
        look("epoll answered", 0, 1.6),
    )
    said = event("measured", server="epoll", connections=9000, requests=1000, latencies=[100, 100, 100])
    run = evidence(replace(service("epoll"), samples=moments), service("client", said, exit_status=0))
    measured = FAMILY.measure(replace(run, scenario=scenario))
    assert (measured["memory"], measured["cpu"], measured["p50"]) == ({"epoll": 2.0}, {"epoll": 100}, {"epoll": 100})
    spread = FAMILY.pictures(measured | {"threads": {"epoll": 1}, "processes": {"epoll": 1}})[-1]
    assert isinstance(spread, Percentiles)
    assert spread.series == {"epoll": dict.fromkeys(("50 %", "75 %", "90 %", "99 %", "all"), 100)}


def test_a_latency_counts_from_when_its_request_was_due() -> None:
    """A first answer that comes late makes those late as well that could not be sent meanwhile."""

    class Stalled:
        sent = 0

        def sendall(self, data: bytes) -> None:
            self.sent += 1
            if self.sent == 1:
                time.sleep(0.1)

        def recv(self, count: int) -> bytes:
            return bytes(count)

    late = list(client.latencies([Stalled()], 100))  # type: ignore[list-item]
    assert late[0] >= 100_000
    assert late[5] >= 40_000
