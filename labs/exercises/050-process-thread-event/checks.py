"""Checks of this exercise: each client has who waits for it, a process or a thread of its own or the one event loop."""

from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from labs import silence
from labs.silence import Silence
from scenarios.evidence import Evidence
from scenarios.families.base import Prediction
from scenarios.quantities import Json

CLIENTS = 8
LOOP = "selectors"


@pytest.fixture(scope="session")
def silent(evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]) -> Silence | None:
    """What the server does while all of its clients are silent; None when it does not answer them."""
    if measured["error"] is not None or evidence.services["server"].exit_status is not None:
        pytest.skip("the first clients were not served, or the server has died")
    return silence.of(evidence, machine, CLIENTS)


def test_those_who_come_later_are_served_too(silent: Silence | None) -> None:
    assert silent is not None, "clients that came after the others had gone were not answered"


def test_each_client_has_who_waits_for_it(silent: Silence | None, prediction: Prediction) -> None:
    if silent is None or prediction.facts["mechanism"] == LOOP:
        pytest.skip("one waits for all, or nobody does")
    waiting = [one.call for one in silent.others if one.call in silence.FOR_A_DESCRIPTOR]
    seen = f"{len(silent.others)} were there and {len(waiting)} waited for one"
    assert len(waiting) == len(silent.others) == CLIENTS, f"one for each of {CLIENTS} clients was expected, and {seen}"


def test_a_silent_client_costs_nothing(silent: Silence | None) -> None:
    if silent is None:
        pytest.skip("it does not answer, as another check says")
    silent.costs_nothing()


def test_no_thread_came_and_went(evidence: Evidence, prediction: Prediction) -> None:
    if prediction.facts["mechanism"] != LOOP:
        pytest.skip("a thread may end with its client")
    assert not evidence.services["server"].lost_a_thread("ready", "finished"), (
        "a thread served, and ended before the end"
    )
