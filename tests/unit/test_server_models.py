"""The family of the nine servers side by side: what is asserted, and how what was measured is counted."""

import socket
import time
from dataclasses import replace
from typing import Any

import pytest

from labs.programs.clients import load_generator as client
from scenarios import families
from scenarios.definition import catalog
from scenarios.families import server_models
from scenarios.families.base import Known
from scenarios.families.common import bands_of, percentiles
from scenarios.families.server_models import theory
from scenarios.pictures import Band, Percentiles
from scenarios.results.evidence import Evidence
from scenarios.results.sample import Sample
from scenarios.theory.mechanisms import MECHANISMS
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("server_models")


def look(moment: str, memory: int, cpu: float) -> Sample:
    """A look at a server."""
    return Sample(moment=moment, descriptors=5, watched=1, nofile_soft=64, nofile_hard=64, resident=1, cpu_seconds=cpu,
                  processes=1, threads=1, memory=memory, all_cpu_seconds=cpu, exact=True)  # fmt: skip


def looks(first: float, empty: int = 2**20, holds: int = 2**20 + 50 * 2048) -> tuple[Sample, ...]:
    """Those at a server whose memory grew, and that used `first` s of CPU time in one part, and 0.1 s in the other."""
    moments = {"came 0 times": 1.0, "came 1 times": 1.02, "came 2 times": 1.03, "empty": 2, "asked 0 times": 2.0,
               "asked 1 times": 2 + first, "asked 2 times": 2.1 + first, "rested": 2.1 + first}  # fmt: skip
    return tuple(look(moment, empty if moment == "empty" else holds, cpu) for moment, cpu in moments.items())


def compared(rate: int = 2000, kept: dict[str, int] | None = None, first: float = 0.1, **connections: int) -> Evidence:
    """A run of which nothing is known but how many connections a second the servers took; the others took 9000."""
    best = dict.fromkeys(MECHANISMS, 9000) | connections
    said = [event("came", connections=best), event("kept", connections=best | (kept or {}))]
    for name in MECHANISMS:
        said += [event("paced", server=name, latencies=[late] * 100) for late in (900, 100)]
    said.append(event("compared", parts=2, connections=100, requests=1000))
    servers = [replace(service(name), samples=looks(first)) for name in MECHANISMS]
    run = evidence(*servers, service("client", "".join(said), exit_status=0))
    return replace(run, scenario=catalog.load("server-models", {"rate": str(rate)}))


def test_every_mechanism_that_theory_knows_takes_part() -> None:
    assert catalog.load("server-models").services.keys() == {"client", *MECHANISMS}
    assert {*theory.LOOPS, *theory.COROUTINES, "threads", "fork"} == set(MECHANISMS)


def test_threads_and_processes_are_exact() -> None:
    prediction = FAMILY.predict(Known(catalog.load("server-models", {"clients": "30"}), {}))
    assert prediction.json()["threads"]["threads"] == prediction.json()["processes"]["fork"] == 31
    assert prediction.json()["threads"]["uvloop"] == 1


@pytest.mark.parametrize("key", ["connections", "p50", "cpu_connection", "cpu_request", "memory"])
def test_of_each_cost_it_is_told_who_is_dearer(key: str) -> None:
    prediction = FAMILY.predict(Known(catalog.load("server-models"), {}))
    assert prediction.relations[key]
    assert "fork" in prediction.relations[key][-1].words()


def test_what_costs_no_more_than_the_others_is_noticed() -> None:
    alike = dict.fromkeys(MECHANISMS, 100.0)
    orders: list[Any] = list(FAMILY.predict(Known(catalog.load("server-models"), {})).relations["memory"])
    assert all(one.difference(alike) for one in orders)


def test_costs_that_noise_hides_are_no_failure_and_what_noise_cannot_hide_is_one() -> None:
    for first, late in ((0.1, False), (0.11, False), (0.13, True)):
        run = compared(first=first)
        prediction = FAMILY.predict(Known(run.scenario, {}, run))
        assert (prediction.late is not None) == late
        assert ("cpu_request" in prediction.relations) != late
        assert "memory" in prediction.relations


def test_who_comes_to_a_server_that_cannot_keep_up_waits_longest() -> None:
    run = compared(fork=1200, asyncio=2100)
    (order,) = FAMILY.predict(Known(run.scenario, {}, run)).relations["p99"]
    assert order.json()["order"] == [("select", "poll", "epoll", "selectors", "gevent", "uvloop"), "fork"]


def test_of_a_server_that_did_not_keep_up_all_the_time_nothing_is_said() -> None:
    slow = dict.fromkeys(("select", "poll", "epoll", "selectors", "gevent", "uvloop"), 2100)
    run = compared(fork=1200, kept=slow | {"asyncio": 2600})
    relations = FAMILY.predict(Known(run.scenario, {}, run)).relations
    assert [one.json()["order"] for one in relations["p50"]] == [[("asyncio",), "fork"]]
    run = compared(fork=1200, kept=slow | {"asyncio": 2100})
    assert not {"p50", "p99"} & FAMILY.predict(Known(run.scenario, {}, run)).relations.keys()


def test_of_who_may_keep_up_nothing_is_said() -> None:
    for run in (compared(fork=1900), compared(rate=200, fork=1200)):
        assert "p99" not in FAMILY.predict(Known(run.scenario, {}, run)).relations


def test_a_percentile_is_the_value_below_which_so_many_latencies_are() -> None:
    p50, p99 = percentiles([100] * 98 + [5000, 9000], (50.0, 99.0))
    assert p50 == 100
    assert p99 == pytest.approx(5000, rel=0.001)


def test_costs_are_those_of_the_part_in_which_they_were_lowest() -> None:
    measured = FAMILY.measure(compared(first=0.5, epoll=8000))
    assert {key: measured[key]["epoll"] for key in server_models.COSTS} == {
        "connections": 8000, "p50": 100, "p99": 100, "cpu_connection": 100.0, "cpu_request": 100.0, "memory": 2.0,
    }  # fmt: skip


def test_of_a_run_that_was_not_finished_nothing_is_measured() -> None:
    run = compared()
    client = service("client", event("came", connections=dict.fromkeys(MECHANISMS, 1)), exit_status=1)
    measured = FAMILY.measure(replace(run, services={**run.services, "client": client}))
    assert measured["connections"] == measured["memory"] == {}


def test_a_latency_counts_from_when_its_client_should_have_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first answer that comes late makes those late as well who could not come meanwhile."""
    came: list[object] = []

    def connect(address: tuple[str, int]) -> socket.socket:
        came.append(address)
        if len(came) == 1:
            time.sleep(0.1)
        return socket.socket()

    monkeypatch.setattr(client, "connect", connect)
    monkeypatch.setattr(client, "PACED_SECONDS", 0.4)
    late = list(client.latencies(("nowhere", 1), 100))
    assert len(late) == 40
    assert late[0] >= 100_000
    assert late[5] >= 40_000


def test_the_least_that_theory_allows_beside_the_others_is_drawn() -> None:
    memory = dict.fromkeys(MECHANISMS, 1.0) | {"threads": 20.0, "gevent": 8.0}
    least = bands_of(theory.OF_MEMORY, memory)
    assert least["fork"] == Band(low=5 * 20.0)
    assert least["threads"] == Band(low=1.5 * 8.0)
    assert "epoll" not in least


def test_latencies_are_drawn_in_milliseconds_and_the_table_says_that_it_has_the_best_round() -> None:
    run = compared(fork=500)
    measured = FAMILY.measure(run)
    drawn = FAMILY.scene(run.scenario, measured, FAMILY.predict(Known(run.scenario, {})).json())
    (spread,) = [one for one in drawn if isinstance(one, Percentiles)]
    assert spread.unit == "ms"
    for name, values in spread.series.items():
        assert values["99 %"] == pytest.approx(measured["latencies"][name]["99 %"] / 1000)
    p99 = next(one for one in FAMILY.quantities if one.key == "p99")
    assert "best round" in p99.label
    assert p99.words(12_345) == "12.35 ms"


def test_progress_tells_which_server_was_measured_and_of_how_many() -> None:
    told = FAMILY.tell("client", {"event": "paced", "server": "epoll", "latencies": [1]})
    assert told == f"client: measured the latency of epoll, server 3 of {len(MECHANISMS)}"
