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
def silent(evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]) -> Silence:
    """What the server does while all of its clients are silent."""
    return silence.after_all_were_served(evidence, machine, measured, CLIENTS)


def test_those_who_come_later_are_served_too(silent: Silence) -> None:
    silent.is_answered()


def test_each_client_has_who_waits_for_it(silent: Silence, prediction: Prediction) -> None:
    if prediction.facts["mechanism"] == LOOP:
        pytest.skip("one waits for all")
    silent.has_one_waiting_for_each(CLIENTS)


def test_a_silent_client_costs_nothing(silent: Silence) -> None:
    silent.costs_nothing()


def test_no_thread_came_and_went(evidence: Evidence, prediction: Prediction) -> None:
    if prediction.facts["mechanism"] != LOOP:
        pytest.skip("a thread may end with its client")
    assert not evidence.services["server"].lost_a_thread("ready", "finished"), (
        "a thread served, and ended before the end"
    )
