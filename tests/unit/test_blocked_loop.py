"""The family of stalls: its theory against a simulation, and what is measured of requests that were made by hand."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import LabError, OutOfTime
from scenarios.families.base import Known
from scenarios.families.blocked_loop import theory
from scenarios.judging.verdict import judge
from scenarios.pictures import Band, Bars, Percentiles
from scenarios.results.evidence import Evidence
from tests.unit.builders import HELD, evidence, service
from tests.unit.scripted import event

FAMILY = families.find("blocked_loop")
AT = 48


@given(st.integers(50, 500), st.floats(1, 20), st.floats(0.05, 1))
def test_the_corrected_percentile_is_the_stall_less_a_hundredth_of_the_run(
    rate: int, duration: float, part: float
) -> None:
    stall = part * duration
    told = theory.corrected(rate, round(rate * duration), stall)
    assert told == pytest.approx(max(0.0, stall - 0.01 * duration), abs=2 / rate)


@given(st.integers(10, 500), st.floats(0.1, 5))
def test_as_many_requests_wait_as_are_meant_to_be_sent_in_the_stall(rate: int, stall: float) -> None:
    low, high = theory.meant_within(rate, stall)
    assert low <= sum(wait > 1e-9 for wait in theory.waits(rate, round(10 * rate * stall) + 10, stall)) <= high
    assert high - low <= 1


@given(st.integers(20, 300), st.integers(3, 50), st.integers(0, 10**6))
def test_wherever_the_work_begins_as_many_requests_are_meant_to_be_sent_in_it(rate: int, tenths: int, at: int) -> None:
    """Also of moments in whole microseconds, as the client has them."""
    moments = [number * 1_000_000 // rate for number in range(rate * 8)]
    low, high = theory.meant_within(rate, tenths / 10)
    assert low <= sum(at <= moment < at + tenths * 100_000 for moment in moments) <= high


@given(st.lists(st.floats(0, 10), min_size=1))
def test_a_percentile_is_one_of_the_values_and_the_hundredth_is_the_largest(values: list[float]) -> None:
    assert theory.percentile(values, 50) in values
    assert theory.percentile(values, 100) == max(values)


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
    scenario = catalog.load("blocked-loop", given)
    said = event("requests", requests=requests(stall, honest=honest)) + event("finished", begun=100.0)
    worked = event("worked", begun=100.0 + AT * 0.005 + late, seconds=held, kind="sleep")
    services = [
        one
        for name in ("epoll", "asyncio", "gevent")
        for one in (service(name, worked), service(f"client-{name}", said))
    ]
    run = dataclasses.replace(evidence(*services), scenario=scenario)
    prediction = FAMILY.predict(Known(scenario, {}, run))
    return run, judge(FAMILY.quantities, prediction, FAMILY.measure(run), HELD, None)[1]


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
    prediction = FAMILY.predict(Known(catalog.load("blocked-loop", {"stall": "0.402"}), {}))
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


def test_requests_that_wait_before_the_work_say_that_the_machine_is_busy() -> None:
    slow = requests(0.501)
    slow[10][2] += 90_000
    said = event("requests", requests=slow) + event("finished", begun=100.0)
    worked = event("worked", begun=100.0 + AT * 0.005, seconds=0.5, kind="sleep")
    run = dataclasses.replace(
        evidence(service("asyncio", worked), service("client-asyncio", said)),
        scenario=catalog.load("blocked-loop-one", {"yields": "yes"}),
    )
    with pytest.raises(OutOfTime, match=r"asyncio answered 0.09 s late before the work"):
        FAMILY.measure(run)


@pytest.mark.parametrize(("hiccup", "busy"), [(40_000, True), (1_000, False)])
def test_a_machine_that_is_too_slow_for_the_rate_is_told_from_a_loop_that_blocks_a_little(
    hiccup: int, busy: bool
) -> None:
    made, free = [], 0
    for number in range(280):
        intended = number * 5000
        sent = max(free, intended) + (hiccup if number == 100 else 0)
        free = sent + (7_000 if number > 56 else 100)
        made.append([intended, sent, free])
    said = event("requests", requests=made) + event("finished", begun=100.0)
    worked = event("worked", begun=100.28, seconds=0.5, kind="sleep")
    scenario = catalog.load("blocked-loop-pool")
    run = evidence(service("asyncio", worked), service("client-asyncio", said))
    run = dataclasses.replace(run, scenario=scenario)
    if busy:
        with pytest.raises(OutOfTime, match="no request of asyncio took long"):
            FAMILY.measure(run)
    else:
        # Only a bound of time is exceeded, so the run is an error, whoever delayed it, and never passes.
        prediction = FAMILY.predict(Known(scenario, {}, run))
        assert judge(FAMILY.quantities, prediction, FAMILY.measure(run), HELD, None)[0] == "error"


def test_a_pool_is_for_the_server_that_has_one() -> None:
    for name, yields in (("blocked-loop", "pool"), ("blocked-loop-pool", "yes")):
        with pytest.raises(LabError, match=f"yields is '{yields}'"):
            catalog.load(name, {"yields": yields})
    prediction = FAMILY.predict(Known(catalog.load("blocked-loop-pool"), {}))
    assert prediction.facts["pool"]
    assert "pool" in prediction.reason


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"rate": "20"}, "single one decides the p99"),
        ({"stall": "1"}, "stall is 1: it must be from"),
        ({"duration": "30"}, "it must be from 1.5 to 15 for that duration"),
    ],
)
def test_a_run_in_which_a_stall_could_not_be_told_is_another_experiment(given: dict[str, str], problem: str) -> None:
    with pytest.raises(LabError, match=problem):
        catalog.load("blocked-loop", given)


def test_the_two_clocks_are_drawn_side_by_side() -> None:
    run, _ = run_of(0.5)
    measured = FAMILY.measure(run)
    predicted = FAMILY.predict(Known(run.scenario, {})).json()
    spread, due, sent, _ = FAMILY.scene(run.scenario, measured, predicted)
    assert isinstance(spread, Percentiles)
    assert isinstance(due, Bars)
    assert isinstance(sent, Bars)
    assert set(due.values) == set(sent.values) == {"epoll", "asyncio", "gevent"}
    assert due.values["epoll"] > 2 * sent.values["epoll"]
    assert spread.predicted["epoll, since due"]["99 %"] == Band(*predicted["corrected"]["epoll"])
    assert spread.predicted["epoll, since sent"]["99 %"] == Band(high=predicted["naive"]["epoll"]["at_most"])
    assert spread.series["epoll, since due"]["99 %"] == measured["corrected"]["epoll"]
    assert spread.series["epoll, since due"]["all"] == pytest.approx(measured["longest"]["epoll"], rel=0.01)


def test_work_is_told_in_words() -> None:
    assert (
        FAMILY.tell("epoll", {"event": "worked", "seconds": 0.5, "kind": "sleep"}) == "epoll: worked for 0.50 s (sleep)"
    )
    assert FAMILY.tell("epoll", {"event": "ready"}) is None
