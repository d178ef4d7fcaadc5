"""Checks of this exercise: the server waits in its mechanism for more clients than select can watch, and epoll's set
stays in the kernel, so that idle clients cost nothing.
"""

from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from labs.idle_clients import FEW, Idle, cost_growth, observe
from scenarios.families.base import Prediction
from scenarios.judging.quantities import Json
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence
from scenarios.theory.descriptors import FD_SETSIZE

# An echo costs the same beside any number of idle clients. With a thousand of them a loop that asks poll needs about
# twenty times as much, and one that registers each of them eighty times; twice as much was seen on a busy machine.
MOST_GROWTH = 4.0


@pytest.fixture(scope="session")
def clients(evidence: Evidence, measured: Mapping[str, Json]) -> int:
    if evidence.services["server"].exit_status is not None or measured["error"] is not None:
        pytest.skip("the clients of the scenario were not served")
    return evidence.scenario.number("clients")


@pytest.fixture(scope="session")
def idle(evidence: Evidence, machine: Callable[[str], Host], look: Look, clients: int) -> Idle:
    return observe(evidence, machine, look, clients)


def test_more_descriptors_were_open_than_select_can_watch(evidence: Evidence) -> None:
    seen = evidence.services["server"].sampled("connected").descriptors
    most = FD_SETSIZE["linux"]
    assert seen > most, f"more than {most} descriptors were expected, and {seen} were open"


def test_it_serves_new_clients_after_the_others_left(idle: Idle) -> None:
    idle.check_answered()


def test_it_sleeps_while_its_clients_are_idle(idle: Idle) -> None:
    idle.check_rests()


def test_it_waits_for_idle_clients_in_its_mechanism(idle: Idle, prediction: Prediction, clients: int) -> None:
    idle.check_waits_in(prediction.facts["mechanism"], clients + 1)


def test_idle_clients_cost_epoll_nothing(
    evidence: Evidence, machine: Callable[[str], Host], look: Look, prediction: Prediction, clients: int
) -> None:
    if prediction.facts["mechanism"] != "epoll":
        pytest.skip("poll looks at every client at each call")
    growth = cost_growth(evidence, machine, look, clients)
    assert growth <= MOST_GROWTH, (
        f"an echo took {growth:.1f} times as much CPU time beside {clients} idle clients as beside {FEW}; at most "
        f"{MOST_GROWTH:g} times was expected of a set that stays in the kernel"
    )
