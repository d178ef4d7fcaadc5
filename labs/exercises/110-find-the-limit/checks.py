"""Checks of this exercise: a full server passes select all of its clients, and not the listener."""

from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from labs.idle_clients import Idle, observe
from labs.idle_probe import check_no_extra_thread
from scenarios.families.base import Prediction
from scenarios.judging.quantities import Json
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence


@pytest.fixture(scope="session")
def served(evidence: Evidence, measured: Mapping[str, Json]) -> int:
    """How many clients the server had when it was full."""
    if evidence.services["server"].exit_status is not None or evidence.services["client"].last("refused") is None:
        pytest.skip("the server was never full, or it has ended")
    return int(measured["served"])


@pytest.fixture(scope="session")
def idle(evidence: Evidence, machine: Callable[[str], Host], look: Look, served: int) -> Idle:
    """The server's behaviour while it is full again, all of its clients are idle, and one more waits."""
    return observe(evidence, machine, look, served, more=1)


def test_it_accepts_new_clients_after_the_others_left(idle: Idle) -> None:
    idle.check_answered()


def test_a_full_server_sleeps_while_its_clients_are_idle(idle: Idle) -> None:
    idle.check_rests()


def test_it_waits_in_select_for_all_of_its_clients(idle: Idle, served: int, prediction: Prediction) -> None:
    idle.check_waits_in("select", prediction.facts["descriptors"] + served)


def test_no_extra_thread_ran(evidence: Evidence) -> None:
    check_no_extra_thread(evidence.services["server"])
