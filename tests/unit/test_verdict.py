"""The verdict: predicted against measured, and the checks."""

from dataclasses import replace
from typing import Any

import pytest

from scenarios.families.base import Prediction
from scenarios.families.fetch import FAMILY as FETCHES
from scenarios.families.transfers import FAMILY as TRANSFERS
from scenarios.judging.quantities import Json, Order
from scenarios.judging.verdict import judge
from scenarios.results.record import Check
from scenarios.theory.descriptors import FD_OUT_OF_RANGE
from tests.unit.builders import FETCHED, FORESEEN, HELD, ended, foreseen


@pytest.mark.parametrize(
    ("measured", "named"),
    [
        (ended(served=58), "served: predicted 59 clients, measured 58 clients"),
        (ended(client=61), "Too many open files at client 61"),
        (ended(message=FD_OUT_OF_RANGE), FD_OUT_OF_RANGE),
        (ended(kind="PermissionError"), "PermissionError"),
        (ended(client=None), "measured none"),
        ({}, "served: predicted 59 clients, measured none"),
    ],
)
def test_whatever_differs_from_the_prediction_fails_and_is_named(measured: dict[str, Json], named: str) -> None:
    status, why = judge(TRANSFERS.quantities, foreseen(), measured, HELD, None)
    assert status == "fail"
    assert named in str(why)


@pytest.mark.parametrize(
    ("measured", "named"),
    [
        (FETCHED | {"seconds": {"serial": 2.5}}, "serial: predicted 1.00 to 2.00 s, measured 2.50 s"),
        (FETCHED | {"seconds": {"serial": 0.5}}, "measured 0.50 s"),
        (FETCHED | {"seconds": {}}, "serial: predicted 1.00 to 2.00 s, not measured"),
        (FETCHED | {"seconds": {"serial": 1.5, "mine": 1.5}}, "mine: not predicted"),
        (FETCHED | {"bytes": 6}, "bytes: predicted 7, measured 6"),
    ],
)
def test_a_fetch_outside_its_bounds_fails_and_is_named(measured: dict[str, Json], named: str) -> None:
    status, why = judge(FETCHES.quantities, FORESEEN, measured, HELD, None)
    assert status == "fail"
    assert named in str(why)


@pytest.mark.parametrize(("predicted", "measured"), [(foreseen(), ended()), (FORESEEN, FETCHED)])
def test_what_was_predicted_passes_also_when_it_is_a_failure(predicted: Prediction, measured: dict[str, Json]) -> None:
    family = TRANSFERS if "served" in measured else FETCHES
    assert judge(family.quantities, predicted, measured, HELD, None) == ("pass", None)


@pytest.mark.parametrize(
    ("results", "status", "named"),
    [
        (["passed", "failed"], "fail", "check 1 does not hold"),
        (["passed", "error"], "error", "check 1 could not be checked"),
        (["failed", "error"], "fail", "check 0 does not hold"),
        (["skipped"], "error", "no check passed"),
        ([], "error", "no check passed"),
        (["passed", "skipped"], "pass", "None"),
    ],
)
def test_a_failed_check_beats_an_unknown_one_which_beats_a_pass(results: list[Any], status: str, named: str) -> None:
    checks = [Check(name=f"check {i}", result=result, message="\n") for i, result in enumerate(results)]
    found, why = judge(TRANSFERS.quantities, foreseen(), ended(), checks, None)
    assert found == status
    assert named in str(why)


def test_a_difference_beats_a_check_that_crashed() -> None:
    assert (
        judge(TRANSFERS.quantities, foreseen(), ended(served=1), [Check(name="x", result="error")], None)[0] == "fail"
    )


def test_a_run_that_could_not_finish_is_an_error_whatever_it_measured() -> None:
    assert judge(TRANSFERS.quantities, foreseen(), ended(), HELD, "the engine is gone") == (
        "error",
        "the engine is gone",
    )


def test_a_relation_that_does_not_hold_fails_and_is_named() -> None:
    relations = {"seconds": (Order(("serial", "gevent")),)}
    prediction = replace(FORESEEN, relations=relations)
    status, why = judge(FETCHES.quantities, prediction, FETCHED, HELD, None)
    assert (status, why) == ("fail", "seconds: not measured: gevent")
