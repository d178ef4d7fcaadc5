"""How much of a prediction came true: which rows agree, and which differ."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scenarios.judging import failures
from scenarios.judging.quantities import AtLeast, AtMost, Between, Each, Exactly, Expectation, Order, Quantity
from scenarios.report.agreement import agreement
from scenarios.results.record import Record
from tests.unit.builders import record

COST = Quantity("cost", unit="µs")
WORDS = Quantity("words", read=str)


def done(expected: Mapping[str, Expectation], measured: dict[str, Any] | None, **more: Any) -> Record:
    predicted = {key: one.json() for key, one in expected.items()}
    return replace(record(None, measured, **more), predicted=predicted)


@pytest.mark.parametrize(
    ("expected", "right", "wrong"),
    [
        (Exactly(3), 3, 4),
        (Between(1, 2), 1.5, 2.5),
        (AtMost(2), 2, 3),
        (AtLeast(2), 2, 1),
        (Exactly(None), None, "x"),
    ],
)
def test_a_value_agrees_as_its_expectation_says(expected: Expectation, right: Any, wrong: Any) -> None:
    for value, agrees in ((right, 1), (wrong, 0)):
        found = agreement([COST], done({"cost": expected}, {"cost": value}, verdict="error", problem="late"))
        assert (found.agree, found.predicted) == (agrees, 1)
        assert len(found.differing) == 1 - agrees


def test_each_name_counts_and_one_that_differs_is_told_with_its_quantity() -> None:
    expected = {"cost": Each({"a": AtMost(2), "b": AtMost(2), "c": AtLeast(0)})}
    problem = "cost: b: predicted at most 2 µs, measured 3 µs"
    found = agreement([COST], done(expected, {"cost": {"a": 1, "b": 3, "c": 5}}, verdict="fail", problem=problem))
    assert found.words() == "1 of 2 as predicted"
    assert list(found.differing) == [("cost, b", "at most 2 µs", "3 µs")]


def test_a_relation_counts_and_one_that_does_not_hold_is_told() -> None:
    relations = {"cost": [Order(("a", "b")).json(), Order(("b", "a")).json()]}
    expected = {"cost": Each({"a": AtLeast(0), "b": AtLeast(0)})}
    measured = {"cost": {"a": 1, "b": 3}}
    found = agreement([COST], done(expected, measured, relations=relations, verdict="fail", problem="cost: no"))
    assert found.words() == "1 of 2 as predicted"
    ((text, _, difference),) = found.differing
    assert "b < a" in text
    assert difference


def test_what_no_number_says_is_left_to_the_verdict() -> None:
    expected = {"words": Exactly(["for", "one"])}
    measured = {"words": {"one": 1}}
    assert agreement([WORDS], done(expected, measured, verdict="pass")).agree == 1
    assert agreement([WORDS], done(expected, measured, verdict="fail", problem="words: other")).agree == 0
    assert agreement([WORDS], done(expected, measured, verdict="fail", problem="cost: other")).agree == 1


def test_nothing_of_what_was_not_measured_agrees() -> None:
    found = agreement([COST, failures.ERROR], done({"cost": Exactly(1), "error": Exactly(None)}, None, verdict="error"))
    assert found.words() == "0 of 2 as predicted"
    assert [measured for _, _, measured in found.differing] == ["-", "-"]


def test_a_quantity_of_no_names_counts_nothing() -> None:
    found = agreement([COST], done({"cost": Each({})}, {"cost": {}}, verdict="pass"))
    assert (found.predicted, found.words()) == (0, "")


def test_a_quantity_that_an_older_iolab_did_not_predict_counts_nothing() -> None:
    found = agreement([COST, WORDS], done({"cost": Exactly(1)}, {"cost": 1}, verdict="pass"))
    assert (found.words(), found.differing) == ("1 of 1 as predicted", [])
