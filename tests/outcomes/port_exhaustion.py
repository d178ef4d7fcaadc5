"""Checks of port_exhaustion: where /proc shows connections that are open, or in TIME_WAIT."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from scenarios.families.base import Prediction
from scenarios.results.evidence import Evidence
from scenarios.theory.descriptors import LISTENERS, STANDARD_STREAMS

SELECTOR = 1
OWN = STANDARD_STREAMS + LISTENERS + SELECTOR
TIME_WAIT, LOCAL, REMOTE, STATE = "06", 1, 2, 3  # of the fields of /proc/net/tcp (proc_net_tcp(5))
Machine = Callable[[str], Any]


def test_the_client_has_the_ports_of_the_scenario(evidence: Evidence, machine: Machine) -> None:
    for name, value in evidence.scenario.services["client"].sysctls.items():
        file = machine("client").file(f"/proc/sys/{name.replace('.', '/')}")
        assert file.content_string.split() == value.split()


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
    kept = in_time_wait(machine("client"), REMOTE, port_of(evidence, "client-first"))
    assert sorted(kept.values()) == [prediction.facts["kept"]] * 2


def test_the_server_that_closed_first_keeps_at_most_one_connection_for_each_port(
    evidence: Evidence, prediction: Prediction, machine: Machine
) -> None:
    """A new connection from the same port ends the wait of the one before."""
    kept = in_time_wait(machine("server-first"), LOCAL, port_of(evidence, "server-first"))
    assert [1 <= number <= prediction.facts["kept"] for number in kept.values()] == [True]


def in_time_wait(host: Any, side: int, port: int) -> Counter[str]:
    """How many connections in TIME_WAIT have this port on their local or remote side, by the address there."""
    lines = [line.split() for line in host.file("/proc/net/tcp").content_string.splitlines()[1:]]
    sides = [one[side].split(":") for one in lines if one[STATE] == TIME_WAIT]
    return Counter(address for address, number in sides if int(number, 16) == port)


def port_of(evidence: Evidence, service: str) -> int:
    """The port at which the service listens."""
    ready = evidence.services[service].last("ready")
    assert ready is not None
    return int(ready["port"])
