"""The family of stalls: its theory against a simulation, and what is measured of requests that were made by hand."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import families, spec
from scenarios.errors import LabError
from scenarios.evidence import Evidence
from scenarios.families.base import Known
from scenarios.pictures import Grid, Percentiles
from scenarios.theory import stalling
from scenarios.verdict import judge
from tests.unit.made import HELD, evidence, service
from tests.unit.scripted import event

FAMILY = families.find("stalls")
AT = 48


@given(st.integers(50, 500), st.floats(1, 20), st.floats(0.05, 1))
def test_the_corrected_percentile_is_the_stall_less_a_hundredth_of_the_run(
    rate: int, duration: float, part: float
) -> None:
    stall = part * duration
    told = stalling.corrected(rate, round(rate * duration), stall)
    assert told == pytest.approx(max(0.0, stall - 0.01 * duration), abs=2 / rate)


@given(st.integers(10, 500), st.floats(0.1, 5))
def test_as_many_requests_wait_as_are_meant_to_be_sent_in_the_stall(rate: int, stall: float) -> None:
    low, high = stalling.meant_within(rate, stall)
    assert low <= sum(wait > 1e-9 for wait in stalling.waits(rate, round(10 * rate * stall) + 10, stall)) <= high
    assert high - low <= 1


@given(st.integers(20, 300), st.integers(3, 50), st.integers(0, 10**6))
def test_wherever_the_work_begins_as_many_requests_are_meant_to_be_sent_in_it(rate: int, tenths: int, at: int) -> None:
    """Also of moments in whole microseconds, as the client has them."""
    moments = [number * 1_000_000 // rate for number in range(rate * 8)]
    low, high = stalling.meant_within(rate, tenths / 10)
    assert low <= sum(at <= moment < at + tenths * 100_000 for moment in moments) <= high


@given(st.lists(st.floats(0, 10), min_size=1))
def test_a_percentile_is_one_of_the_values_and_the_hundredth_is_the_largest(values: list[float]) -> None:
    assert stalling.percentile(values, 50) in values
    assert stalling.percentile(values, 100) == max(values)


def requests(stall: float, *, honest: bool = True) -> list[list[int]]:
    """240 requests at 200 a second, which a stall before number AT holds up; a service takes 100 microseconds."""
    made, free = [], 0
    for number in range(240):
        intended = number * 5000
        sent = max(free, intended)
        free = sent + 100 + (round(stall * 1e6) if number == AT else 0)
        made.append([intended if honest else sent, sent, free])
    return made


def run_of(
    stall: float, held: float = 0.5, *, honest: bool = True, late: float = 0.0, **given: str
) -> tuple[Evidence, str | None]:
    """A run whose requests were held up for `stall` seconds, and what its family finds wrong with it.

    The work began when request AT was sent, 100 s after the machine's clock did; `late` moves what its server says.
    """
    scenario = spec.load("blocked-loop", given)
    said = event("requests", requests=requests(stall, honest=honest)) + event("finished", begun=100.0)
    worked = event("worked", begun=100.0 + AT * 0.005 + late, seconds=held, kind="sleep")
    services = [
        one
        for name in ("epoll", "asyncio", "gevent")
        for one in (service(name, worked), service(f"client-{name}", said))
    ]
    run = dataclasses.replace(evidence(*services), scenario=scenario)
    prediction = FAMILY.predict(Known(scenario, {}, run))
    return run, judge(FAMILY, prediction, FAMILY.measure(run), HELD, None)[1]


def test_a_stall_is_seen_by_the_clock_that_starts_when_a_request_was_meant_to_be_sent() -> None:
    run, wrong = run_of(0.501)
    measured: dict[str, Any] = FAMILY.measure(run)
    assert wrong is None
    assert measured["naive"]["epoll"] < 0.001
    assert measured["corrected"]["epoll"] > 0.48
    assert measured["waited"]["epoll"] == 100


def test_one_request_that_was_answered_before_the_work_was_done_is_noticed() -> None:
    assert "predicted 100 requests, measured 99" in str(run_of(0.501, late=0.00125)[1])


def test_a_stall_of_no_whole_number_of_requests_has_one_more_or_less() -> None:
    prediction = FAMILY.predict(Known(spec.load("blocked-loop", {"stall": "0.402"}), {}))
    assert prediction.json()["waited"]["epoll"] == [80, 81]


def test_no_stall_is_predicted_where_the_work_yields() -> None:
    assert run_of(0.001, yields="yes")[1] is None


@pytest.mark.parametrize(
    ("stall", "more"), [(0.3, {}), (1.2, {}), (0.001, {}), (0.501, {"honest": False}), (0.501, {"yields": "yes"})]
)
def test_what_theory_does_not_foresee_is_noticed(stall: float, more: dict[str, Any]) -> None:
    assert run_of(stall, **more)[1]


def test_work_that_was_shorter_than_asked_for_is_noticed() -> None:
    assert "held: epoll: predicted at least 0.50" in str(run_of(0.501, held=0.4)[1])


@pytest.mark.parametrize(
    ("given", "problem"),
    [({"rate": "20"}, "one of them decides"), ({"stall": "1"}, "one half"), ({"duration": "30"}, "a twentieth")],
)
def test_a_run_in_which_a_stall_could_not_be_told_is_another_experiment(given: dict[str, str], problem: str) -> None:
    with pytest.raises(LabError, match=problem):
        spec.load("blocked-loop", given)


def test_the_two_clocks_are_drawn_side_by_side() -> None:
    run, _ = run_of(0.5)
    measured = FAMILY.measure(run)
    table, spread = FAMILY.pictures(measured)
    assert isinstance(table, Grid)
    assert isinstance(spread, Percentiles)
    assert set(table.rows) == {"epoll", "asyncio", "gevent"}
    assert spread.series["epoll, honest clock"]["99 %"] == measured["corrected"]["epoll"]
    assert spread.series["epoll, honest clock"]["all"] == pytest.approx(measured["longest"]["epoll"], rel=0.01)


def test_work_is_told_in_words() -> None:
    assert (
        FAMILY.tell("epoll", {"event": "worked", "seconds": 0.5, "kind": "sleep"}) == "epoll: worked for 0.50 s (sleep)"
    )
    assert FAMILY.tell("epoll", {"event": "ready"}) is None
