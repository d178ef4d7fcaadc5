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
    waiting = sum(wait > 0 for wait in stalling.waits(rate, round(10 * rate * stall) + 10, stall))
    assert abs(waiting - stalling.meant_within(rate, stall)) <= 1


@given(st.lists(st.floats(0, 10), min_size=1))
def test_a_percentile_is_one_of_the_values_and_the_hundredth_is_the_largest(values: list[float]) -> None:
    assert stalling.percentile(values, 50) in values
    assert stalling.percentile(values, 100) == max(values)


def requests(stall: float, *, honest: bool = True, late: int = 0) -> list[list[int]]:
    """240 requests at 200 a second, which a stall before number AT holds up; a service takes 100 microseconds.

    The one at AT is sent late.
    """
    made, free = [], 0
    for number in range(240):
        intended = number * 5000
        sent = max(free, intended + (late if number == AT else 0))
        free = sent + 100 + (round(stall * 1e6) if number == AT else 0)
        made.append([intended if honest else sent, sent, free])
    return made


def run_of(
    stall: float, held: float = 0.5, *, honest: bool = True, late: int = 0, **given: str
) -> tuple[Evidence, str | None]:
    """A run whose requests were held up for `stall` seconds, and what its family finds wrong with it."""
    scenario = spec.load("blocked-loop", given)
    said = event("requests", requests=requests(stall, honest=honest, late=late)) + event("finished", at=AT)
    services = [
        one
        for name in ("epoll", "asyncio", "gevent")
        for one in (service(name, event("worked", seconds=held, kind="sleep")), service(f"client-{name}", said))
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
    assert abs(measured["waited"]["epoll"] - 100) <= 1


def test_what_was_meant_to_be_sent_before_the_work_began_did_not_wait_for_it() -> None:
    run, wrong = run_of(0.501, late=30_000)
    measured: dict[str, Any] = FAMILY.measure(run)
    assert wrong is None
    assert abs(measured["waited"]["epoll"] - 100) <= 1


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
