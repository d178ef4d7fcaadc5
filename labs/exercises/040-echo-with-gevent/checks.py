"""Checks of this exercise: each client has a greenlet of its own, and all of them are one thread that sleeps."""

from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from labs import silence
from labs.silence import Silence
from scenarios.evidence import Evidence
from scenarios.quantities import Json

CLIENTS = 20


@pytest.fixture(scope="session")
def silent(evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]) -> Silence:
    """What the server does while all of its clients are silent."""
    return silence.after_all_were_served(evidence, machine, measured, CLIENTS)


def test_each_client_had_a_greenlet(evidence: Evidence) -> None:
    # It is told whenever they are more than twice as many as before.
    clients, seen = evidence.scenario.number("clients"), evidence.services["server"].last("observed")
    ran = seen["greenlets"] if seen else 0
    assert ran >= clients / 2, f"a greenlet for each of {clients} clients was expected, and about {ran} ran"


def test_those_who_come_later_are_served_too(silent: Silence) -> None:
    silent.is_answered()


def test_a_silent_client_costs_nothing(silent: Silence) -> None:
    silent.costs_nothing()


def test_no_thread_came_and_went(evidence: Evidence) -> None:
    assert not evidence.services["server"].lost_a_thread("ready", "finished"), (
        "a thread served, and ended before the end"
    )
