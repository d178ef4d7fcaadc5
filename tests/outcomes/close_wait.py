"""Checks of close_wait: the sockets in CLOSE_WAIT that the kernel shows."""

from collections.abc import Callable
from typing import Any

import pytest

from scenarios.families.base import Prediction
from scenarios.judging.network import tcp_sockets
from scenarios.results.evidence import Evidence


@pytest.mark.parametrize("name", ["leaking", "closing"])
def test_before_the_first_client_the_predicted_descriptors_are_open(
    name: str, evidence: Evidence, prediction: Prediction
) -> None:
    assert evidence.services[name].sampled("ready").descriptors == prediction.facts["before"]


@pytest.mark.parametrize("name", ["leaking", "closing"])
def test_the_limits_are_those_of_the_scenario(name: str, evidence: Evidence) -> None:
    assert evidence.services[name].sampled("ready").nofile_soft == evidence.scenario.services[name].nofile


def test_each_client_that_is_gone_has_a_socket_in_close_wait(
    evidence: Evidence, prediction: Prediction, machine: Callable[[str], Any]
) -> None:
    """On the machine of the leaking server, which on the local engine is that of all; of a dead one none is left."""
    port = evidence.services["leaking"].said("ready")["port"]
    waiting = [one for one in tcp_sockets(machine("leaking")) if (one.state, one.local_port) == ("CLOSE_WAIT", port)]
    assert len(waiting) == (prediction.facts["kept"] or 0)
