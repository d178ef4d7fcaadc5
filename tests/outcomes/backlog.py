"""Checks of backlog: what /proc shows of the queues, and that only one of the servers accepted."""

from collections.abc import Callable
from typing import Any

import pytest

from scenarios.families.base import Prediction
from scenarios.judging.network import counter, sysctl, tcp_sockets
from scenarios.results.evidence import Evidence
from scenarios.theory.descriptors import LISTENERS, STANDARD_STREAMS

OWN = STANDARD_STREAMS + LISTENERS
SOMAXCONN = "net.core.somaxconn"


@pytest.mark.parametrize("name", ["full", "late"])
def test_the_sysctl_is_that_of_the_scenario(name: str, evidence: Evidence, machine: Callable[[str], Any]) -> None:
    assert sysctl(machine(name), SOMAXCONN) == [evidence.scenario.services[name].sysctls[SOMAXCONN]]


def test_the_queue_of_the_server_that_never_accepts_holds_what_theory_says(
    evidence: Evidence, prediction: Prediction, machine: Callable[[str], Any]
) -> None:
    port = evidence.services["full"].said("ready")["port"]
    listeners = [one for one in tcp_sockets(machine("full")) if (one.state, one.local_port) == ("LISTEN", port)]
    assert prediction.facts["queue"] in {one.queued for one in listeners}


def test_the_server_that_never_accepts_has_accepted_nothing(evidence: Evidence) -> None:
    assert evidence.services["full"].sampled("settled").descriptors == OWN


def test_the_other_server_has_accepted_every_client(evidence: Evidence) -> None:
    made = evidence.services["client"].said("settled")["connections"]["late"]
    assert evidence.services["late"].sampled("settled").descriptors == OWN + len(made)


def test_the_kernel_has_dropped_a_connection_of_each_further_client(
    prediction: Prediction, machine: Callable[[str], Any]
) -> None:
    """netstat(8): ListenOverflows counts each SYN, also one sent again, that came while the queue was full."""
    overflows = counter(machine("full"), "ListenOverflows")
    assert overflows is not None
    assert overflows >= prediction.facts["clients"] - prediction.facts["queue"]
