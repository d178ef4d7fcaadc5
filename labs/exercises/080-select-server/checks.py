"""Checks of this exercise: select is asked for all clients at once, by one thread, and returns only when one speaks."""

from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from labs import silence
from labs.silence import Silence
from scenarios.evidence import Evidence
from scenarios.families.base import Prediction
from scenarios.quantities import Json

CLIENTS = 20


@pytest.fixture(scope="session")
def silent(evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]) -> Silence:
    """What the server does while all of its clients are silent."""
    return silence.after_all_were_served(evidence, machine, measured, CLIENTS)


def test_those_who_come_later_are_served_too(silent: Silence) -> None:
    silent.is_answered()


def test_a_silent_client_costs_nothing(silent: Silence) -> None:
    silent.costs_nothing()


def test_it_waits_in_select_for_all_of_its_clients(silent: Silence, prediction: Prediction) -> None:
    # select's first argument is the highest of its descriptors, and one.
    silent.waits_in_select_for(prediction.facts["descriptors"] + CLIENTS)


def test_no_thread_came_and_went(evidence: Evidence) -> None:
    assert not evidence.services["server"].lost_a_thread("ready", "finished"), (
        "a thread served, and ended before the end"
    )
