"""Checks of backlog: what /proc shows of the queues, and that only one of the servers accepted."""

from collections.abc import Callable
from typing import Any

import pytest

from scenarios.families.base import Prediction
from scenarios.results.evidence import Evidence
from scenarios.theory.descriptors import LISTENERS, STANDARD_STREAMS

OWN = STANDARD_STREAMS + LISTENERS
LISTEN, STATE, QUEUES = "0A", 3, 4  # of the fields of /proc/net/tcp (proc_net_tcp(5))
SOMAXCONN, NETSTAT = "/proc/sys/net/core/somaxconn", "/proc/net/netstat"


@pytest.mark.parametrize("name", ["full", "late"])
def test_the_sysctl_is_that_of_the_scenario(name: str, evidence: Evidence, machine: Callable[[str], Any]) -> None:
    asked = evidence.scenario.services[name].sysctls["net.core.somaxconn"]
    assert machine(name).file(SOMAXCONN).content_string.strip() == asked


def test_the_queue_of_the_server_that_never_accepts_holds_what_theory_says(
    evidence: Evidence, prediction: Prediction, machine: Callable[[str], Any]
) -> None:
    assert prediction.facts["queue"] in queued(machine("full"), int(said(evidence, "full", "ready")["port"]))


def test_the_server_that_never_accepts_has_accepted_nothing(evidence: Evidence) -> None:
    assert evidence.services["full"].sampled("settled").descriptors == OWN


def test_the_other_server_has_accepted_every_client(evidence: Evidence) -> None:
    made = said(evidence, "client", "settled")["connections"]["late"]
    assert evidence.services["late"].sampled("settled").descriptors == OWN + len(made)


def test_the_kernel_has_dropped_a_connection_of_each_further_client(
    prediction: Prediction, machine: Callable[[str], Any]
) -> None:
    """netstat(8): ListenOverflows counts each SYN, also one sent again, that came while the queue was full."""
    names, values = (line.split() for line in machine("full").file(NETSTAT).content_string.splitlines()[:2])
    overflows = int(values[names.index("ListenOverflows")])
    assert overflows >= prediction.facts["clients"] - prediction.facts["queue"]


def queued(host: Any, port: int) -> set[int]:
    """The lengths of the accept queues of those that listen on the port: their second queue in /proc/net/tcp."""
    lines = [line.split() for line in host.file("/proc/net/tcp").content_string.splitlines()[1:]]
    mine = [one for one in lines if one[1].endswith(f":{port:04X}") and one[STATE] == LISTEN]
    return {int(one[QUEUES].partition(":")[2], 16) for one in mine}


def said(evidence: Evidence, service: str, event: str) -> dict[str, Any]:
    """The fields of a service's last event of that name."""
    found = evidence.services[service].last(event)
    assert found is not None, f"{service} never said {event!r}"
    return dict(found)
