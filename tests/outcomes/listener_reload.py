"""Checks of listener_reload: what the server has accepted, by the kernel's count."""

from collections.abc import Callable
from typing import Any

from scenarios.families.base import Prediction
from scenarios.judging.network import counter, sysctl
from scenarios.results.evidence import Evidence
from scenarios.theory.descriptors import LISTENERS, STANDARD_STREAMS

MIGRATE = "net.ipv4.tcp_migrate_req"
SHARED, CONTROL = 2, 2  # listeners of the shared port; the control listener and its connection


def test_the_sysctl_is_that_of_the_scenario(evidence: Evidence, machine: Callable[[str], Any]) -> None:
    assert sysctl(machine("server"), MIGRATE) == [evidence.scenario.services["server"].sysctls[MIGRATE]]


def test_two_listeners_wait_before_the_first_client(evidence: Evidence) -> None:
    assert evidence.services["server"].sampled("ready").descriptors == STANDARD_STREAMS + SHARED + LISTENERS


def test_the_server_has_accepted_as_many_as_were_greeted_and_one_listener_is_closed(evidence: Evidence) -> None:
    counted = evidence.services["client"].said("counted")
    open_then = evidence.services["server"].sampled("reloaded").descriptors
    assert open_then == STANDARD_STREAMS + SHARED - 1 + CONTROL + counted["outcomes"].get("greeted", 0)


def test_the_kernel_has_received_every_client_s_connection(
    prediction: Prediction, machine: Callable[[str], Any]
) -> None:
    """PassiveOpens counts the connections that came to listeners, and one is the control's."""
    assert counter(machine("server"), "PassiveOpens") == prediction.facts["clients"] + 1
