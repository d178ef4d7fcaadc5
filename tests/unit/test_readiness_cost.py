"""The cost of readiness: what numbers can be tried, and what is predicted of them."""

import pytest

from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import LabError
from scenarios.families.base import Known
from scenarios.families.readiness_cost import theory
from scenarios.theory.descriptors import FD_SETSIZE, STANDARD_STREAMS
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("readiness_cost")
COSTS = {"select": 1.0, "poll": 1.0, "epoll": 1.0}


def test_select_has_room_for_descriptors_below_its_set() -> None:
    highest = STANDARD_STREAMS + theory.most_idle("linux")
    assert highest == FD_SETSIZE["linux"] - 1


@pytest.mark.parametrize(
    ("idle", "problem"),
    [
        ("50,many", "it must be a whole number from 1 to"),
        ("50,100", "one number, or three that rise"),
        ("50,60,70", "one number, or three that rise"),
        ("400,100,50", "one number, or three that rise"),
        ("49", "one number, or three that rise"),
        ("1021", "it must be at most 1020"),
        ("5,50,500", "one number, or three that rise"),
        ("50,100,1021", "it must be at most 1020"),
    ],
)
def test_numbers_that_tell_nothing_or_do_not_fit_are_refused(idle: str, problem: str) -> None:
    with pytest.raises(LabError, match=problem):
        catalog.load("readiness-cost", {"idle": idle})


def test_what_would_take_minutes_is_refused() -> None:
    with pytest.raises(LabError, match="it must be at most 150000000"):
        catalog.load("readiness-cost", {"rounds": "99", "calls": "10000"})
    assert catalog.load("readiness-cost", {"rounds": "99"})
    assert catalog.load("readiness-cost", {"calls": "10000"})


def test_the_largest_number_that_select_has_room_for_is_allowed() -> None:
    scenario = catalog.load("readiness-cost", {"idle": f"50,100,{theory.most_idle('linux')}"})
    prediction = FAMILY.predict(Known(scenario, {"loop": "linux"}))
    assert prediction.facts["descriptors"][0] == 5
    assert prediction.facts["watched"] == [1, 51, 101, 1021]


def test_flat_and_linear_costs_agree_and_others_do_not() -> None:
    prediction = FAMILY.predict(Known(catalog.load("readiness-cost"), {"loop": "linux"}))
    flat, linear = ({str(n): float(cost(n)) for n in (50, 100, 200, 400, 800)} for cost in (lambda n: 1, lambda n: n))
    right = {"select": linear, "poll": linear, "epoll": flat}
    relations, expected = prediction.relations["microseconds"], prediction.expected["microseconds"]
    assert [expected.difference(right), *(one.difference(right) for one in relations)] == [None] * 4
    assert any(one.difference({**right, "epoll": linear}) for one in relations)
    assert any(one.difference({**right, "poll": flat}) for one in relations)
    assert expected.difference({**right, "poll": {"50": 1.0}})


def test_what_is_measured_is_what_was_timed_and_found() -> None:
    stdout = "".join(
        event("watching", idle=idle, ready=dict.fromkeys(COSTS, 1)) + event("cost", idle=idle, microseconds=COSTS)
        for idle in (0, 50)
    )
    measured = FAMILY.measure(evidence(service("loop", stdout, exit_status=0)))
    assert measured == {
        "nothing_idle": COSTS,
        "microseconds": {name: {"50": 1.0} for name in COSTS},
        "dearer": dict.fromkeys(COSTS, 1.0),
        "ready": 1,
        "error": None,
    }


def test_mechanisms_that_do_not_find_the_same_are_told_apart() -> None:
    measured = FAMILY.measure(evidence(service("loop", event("watching", idle=0, ready={"select": 1, "poll": 2}))))
    assert measured["ready"] == [1, 2]


def test_of_one_number_the_cost_is_compared_with_that_of_none() -> None:
    prediction = FAMILY.predict(Known(catalog.load("readiness-cost", {"idle": "200"}), {"loop": "linux"}))
    assert prediction.relations["microseconds"] == ()
    least = theory.times_the_cost(200)
    right = {"select": least, "poll": 2 * least, "epoll": 1.0}
    assert prediction.expected["dearer"].difference(right) is None
    assert prediction.expected["dearer"].difference({**right, "epoll": least})
    assert prediction.expected["dearer"].difference({**right, "poll": 1.0})


def test_how_much_dearer_a_call_was_is_measured_with_the_most_idle_ones() -> None:
    stdout = "".join(event("cost", idle=n, microseconds=dict.fromkeys(COSTS, 1.0 + n)) for n in (0, 50, 100))
    measured = FAMILY.measure(evidence(service("loop", stdout, exit_status=0)))
    assert measured["dearer"] == dict.fromkeys(COSTS, 101.0)
