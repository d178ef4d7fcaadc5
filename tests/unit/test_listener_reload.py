"""The family listener_reload: what it predicts, and how it measures."""

import pytest

from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import OutOfTime
from scenarios.families.base import Known
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("listener_reload")


@pytest.mark.parametrize(
    ("migrate", "outcomes"), [("0", {"greeted": [1, 59], "reset": [1, 59]}), ("1", {"greeted": 60, "reset": 0})]
)
def test_the_queue_of_a_closed_listener_is_reset_unless_it_moves(migrate: str, outcomes: dict[str, object]) -> None:
    predicted = FAMILY.predict(Known(catalog.load("reload", {"migrate": migrate}), {})).json()
    assert predicted["outcomes"] == outcomes
    assert predicted["together"] == 60


def test_greeted_and_reset_clients_are_counted_together() -> None:
    counted = event("counted", outcomes={"greeted": 25, "reset": 34, "closed": 1})
    measured = FAMILY.measure(evidence(service("server"), service("client", counted, exit_status=0)))
    assert (measured["outcomes"], measured["together"]) == ({"greeted": 25, "reset": 34, "closed": 1}, 59)


def test_of_a_client_that_counted_nothing_nothing_is_measured() -> None:
    measured = FAMILY.measure(evidence(service("server"), service("client", exit_status=1)))
    assert (measured["outcomes"], measured["together"]) == ({}, None)


def test_a_client_that_gave_up_says_nothing_of_the_kernel() -> None:
    counted = event("counted", outcomes={"greeted": 25, "reset": 34, "TimeoutError": 1})
    with pytest.raises(OutOfTime):
        FAMILY.measure(evidence(service("server"), service("client", counted, exit_status=0)))
