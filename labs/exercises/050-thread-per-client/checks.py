"""Checks of this exercise: each client has a thread that waits for it and serves it, and idle clients cost nothing."""

from collections.abc import Callable, Mapping

from testinfra.host import Host

from labs import wake_probe
from labs.idle_probe import IdleServer, idle_fixture
from scenarios.judging.quantities import Json
from scenarios.results.evidence import Evidence

CLIENTS = 8
idle = idle_fixture(CLIENTS)


def test_later_clients_are_served_too(idle: IdleServer) -> None:
    idle.check_answered()


def test_each_client_has_a_thread_that_waits_for_it(idle: IdleServer) -> None:
    idle.check_one_waits_for_each(CLIENTS)


def test_idle_clients_cost_no_cpu(idle: IdleServer) -> None:
    idle.check_costs_nothing()


def test_each_client_is_served_by_its_own_thread(
    evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]
) -> None:
    wake_probe.probe(evidence, machine, measured).check_each_client_is_served_by_its_own("thread")
