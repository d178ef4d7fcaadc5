"""Tasks that sleep: the order and the bounds that theory gives, and what is no list of sleeps."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.definition import catalog
from scenarios.errors import UsageError
from scenarios.families.base import Known, Prediction
from scenarios.families.sleep_order import FAMILY, TOGETHER
from scenarios.judging.quantities import Json
from scenarios.theory.waiting import asleep_one_by_one, asleep_together, printed_order
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

SLEEPS = st.lists(st.integers(1, 50), min_size=1, max_size=8, unique=True)


@given(SLEEPS)
def test_together_the_shortest_is_back_first_and_one_by_one_they_come_as_they_went(sleeps: list[int]) -> None:
    numbers = range(1, len(sleeps) + 1)
    together = printed_order(sleeps, together=True)
    assert together[: len(sleeps)] == [f"task {number} goes to sleep" for number in numbers]
    back = [int(line.split()[1]) for line in together[len(sleeps) :]]
    assert [sleeps[number - 1] for number in back] == sorted(sleeps)
    one_by_one = printed_order(sleeps, together=False)
    assert one_by_one[1::2] == [f"task {number} is back" for number in numbers]
    assert sorted(one_by_one) == sorted(together)


@given(SLEEPS)
def test_together_takes_the_longest_and_one_by_one_the_sum(sleeps: list[int]) -> None:
    assert asleep_together(sleeps)[0] == max(sleeps)
    assert asleep_one_by_one(sleeps)[0] == sum(sleeps)


def prediction(**given: str) -> Prediction:
    scenario = catalog.load("gevent-sleep", given)
    return FAMILY.predict(Known(scenario, dict.fromkeys(scenario.services, "linux")))


def predicted(**given: str) -> dict[str, Json]:
    return prediction(**given).json()


@pytest.mark.parametrize(("sleeps", "pairs"), [("2,1", 2), ("2,0.5", 0), ("0,1", 0), ("1", 0)])
def test_the_sum_must_exceed_the_longest_only_where_a_busy_machine_cannot_hide_it(sleeps: str, pairs: int) -> None:
    orders = prediction(sleeps=sleeps).relations_json()["seconds"]
    assert [one["order"] for one in orders] == [["gevent-sleep", "time-sleep"], ["time-sleep-patched", "time-sleep"]][
        :pairs
    ]


def test_the_texts_order_is_refuted_for_its_own_sleeps_and_holds_for_rising_ones() -> None:
    assert predicted(sleeps="2,1")["claim"] == dict.fromkeys(TOGETHER, False)
    assert predicted(sleeps="1,2")["claim"] == dict(TOGETHER)


@pytest.mark.parametrize(
    ("sleeps", "problem"),
    [
        ("", "sleeps is ''"),
        ("2,x", "not a number of seconds"),
        ("1,1", "differ by 0.000 s"),
        ("1,1.05", "differ by 0.025 s"),
        (",".join(map(str, range(1, 22))), "it must have from 1 to 20"),
        ("300", "at most 60 s"),
        ("-1", "sleeps is '-1'"),
    ],
)
def test_what_cannot_be_slept_is_wrong_usage(sleeps: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        catalog.load("gevent-sleep", {"sleeps": sleeps})


def test_what_gevent_needs_to_begin_is_not_slept() -> None:
    spans = {"gevent-sleep": [[0.9, 1.9], [0.9, 1.4]], "time-sleep-patched": [[0.9, 1.91], [0.91, 1.42]]}
    spans["time-sleep"] = [[0.4, 1.4], [1.41, 1.92]]
    services = [service(name, event("slept", seconds=2.0, spans=some)) for name, some in spans.items()]
    run = dataclasses.replace(evidence(*services), scenario=catalog.load("gevent-sleep"))
    seconds = FAMILY.measure(run)["seconds"]
    assert seconds == {"gevent-sleep": 1.0, "time-sleep-patched": 1.01, "time-sleep": 1.52}
    assert prediction().expected["seconds"].difference(seconds) is None


@pytest.mark.parametrize(
    ("name", "told", "not_told"),
    [
        ("time-sleep-alone", "one by one", "shortest"),
        ("gevent-sleep-alone", "shortest", "one by one"),
        ("gevent-sleep", "shortest", "-"),
    ],
)
def test_the_reason_is_of_those_alone_that_are_there(name: str, told: str, not_told: str) -> None:
    scenario = catalog.load(name)
    reason = FAMILY.predict(Known(scenario, dict.fromkeys(scenario.services, "linux"))).reason
    assert told in reason
    assert not_told not in reason
