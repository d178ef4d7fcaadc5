"""Checks of port_exhaustion: where /proc shows connections that are open, or in TIME_WAIT."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from scenarios.families.base import Prediction
from scenarios.judging.network import TcpSocket, sysctl, tcp_sockets
from scenarios.results.evidence import Evidence
from scenarios.theory.descriptors import LISTENERS, STANDARD_STREAMS

SELECTOR = 1
OWN = STANDARD_STREAMS + LISTENERS + SELECTOR
Machine = Callable[[str], Any]


def test_the_client_has_the_ports_of_the_scenario(evidence: Evidence, machine: Machine) -> None:
    for name, value in evidence.scenario.services["client"].sysctls.items():
        assert sysctl(machine("client"), name) == value.split()


@pytest.mark.parametrize(("way", "stay"), [("held", True), ("client-first", False), ("server-first", False)])
def test_only_the_connections_that_are_held_are_still_open(
    way: str, stay: bool, evidence: Evidence, prediction: Prediction
) -> None:
    held = prediction.facts["kept"] if stay else 0
    assert evidence.services[way].sampled("exhausted").descriptors == OWN + held


def test_the_client_keeps_each_port_in_time_wait_that_it_closed_first(
    evidence: Evidence, prediction: Prediction, machine: Machine
) -> None:
    """Those to `client-first`, and those to `held`, which its end has closed; none to `server-first`."""
    port = evidence.services["client-first"].said("ready")["port"]
    kept = Counter(one.remote for one in in_time_wait(machine("client")) if one.remote_port == port)
    assert sorted(kept.values()) == [prediction.facts["kept"]] * 2


def test_the_server_that_closed_first_keeps_at_most_one_connection_for_each_port(
    evidence: Evidence, prediction: Prediction, machine: Machine
) -> None:
    """A new connection from the same port ends the wait of the one before."""
    port = evidence.services["server-first"].said("ready")["port"]
    kept = Counter(one.local for one in in_time_wait(machine("server-first")) if one.local_port == port)
    assert [1 <= number <= prediction.facts["kept"] for number in kept.values()] == [True]


def in_time_wait(host: Any) -> list[TcpSocket]:
    return [one for one in tcp_sockets(host) if one.state == "TIME_WAIT"]
