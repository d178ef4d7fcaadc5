"""The verdict: predicted against measured, and the checks."""

from typing import Any

import pytest

from scenarios import theory
from scenarios.outcome import Outcome
from scenarios.record import Check
from scenarios.verdict import judge
from tests.unit.made import FETCHED, FORESEEN, HELD, ended


@pytest.mark.parametrize(
    ("measured", "named"),
    [
        (ended(served=58), "served: predicted 59, measured 58"),
        (ended(client=61), "server at client 61"),
        (ended(message=theory.FD_OUT_OF_RANGE), theory.FD_OUT_OF_RANGE),
        (ended(kind="PermissionError"), "PermissionError"),
        (ended(client=None), "measured none"),
        (Outcome(), "served: predicted 59, measured none"),
    ],
)
def test_whatever_differs_from_the_prediction_fails_and_is_named(measured: Outcome, named: str) -> None:
    status, why = judge(ended(), measured, HELD, None)
    assert status == "fail"
    assert named in str(why)


@pytest.mark.parametrize(
    ("measured", "named"),
    [
        (FETCHED.model_copy(update={"seconds": {"serial": 2.5}}), "serial: predicted 1.00 to 2.00 s, measured 2.50 s"),
        (FETCHED.model_copy(update={"seconds": {"serial": 0.5}}), "measured 0.50 s"),
        (FETCHED.model_copy(update={"seconds": {}}), "serial: it never reported its time"),
        (FETCHED.model_copy(update={"seconds": {"serial": 1.5, "mine": 1.5}}), "mine: theory does not know"),
        (FETCHED.model_copy(update={"bytes": 6}), "bytes: predicted 7, measured 6"),
    ],
)
def test_a_fetch_outside_its_bounds_fails_and_is_named(measured: Outcome, named: str) -> None:
    status, why = judge(FORESEEN, measured, HELD, None)
    assert status == "fail"
    assert named in str(why)


@pytest.mark.parametrize(("predicted", "measured"), [(ended(), ended()), (FORESEEN, FETCHED)])
def test_what_was_predicted_passes_also_when_it_is_a_failure(predicted: Outcome, measured: Outcome) -> None:
    assert judge(predicted, measured, HELD, None) == ("pass", None)


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
    found, why = judge(ended(), ended(), checks, None)
    assert found == status
    assert named in str(why)


def test_a_difference_beats_a_check_that_crashed() -> None:
    assert judge(ended(), ended(served=1), [Check(name="x", result="error")], None)[0] == "fail"


def test_a_run_that_could_not_finish_is_an_error_whatever_it_measured() -> None:
    assert judge(ended(), ended(), HELD, "the engine is gone") == ("error", "the engine is gone")
