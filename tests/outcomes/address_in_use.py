"""Checks of address_in_use: the ports in TIME_WAIT and the listeners that the kernel shows."""

from collections.abc import Callable
from typing import Any

from scenarios.families.address_in_use import EADDRINUSE
from scenarios.families.base import Prediction
from scenarios.judging.network import tcp_sockets
from scenarios.results.evidence import Evidence
from scenarios.theory.descriptors import STANDARD_STREAMS

# Tries to take a port without SO_REUSEADDR, as the new server did.
BIND = "import socket, sys; socket.socket().bind(('127.0.0.1', int(sys.argv[1])))"


def test_the_ports_of_the_servers_that_closed_first_are_in_time_wait(
    prediction: Prediction, machine: Callable[[str], Any]
) -> None:
    waiting = {one.local_port for one in tcp_sockets(machine("server")) if one.state == "TIME_WAIT"}
    tried = range(min(prediction.facts["time_wait"]), max(prediction.facts["listening"]) + 1)
    assert waiting & set(tried) == prediction.facts["time_wait"]


def test_every_server_that_could_start_again_listens(evidence: Evidence, prediction: Prediction) -> None:
    done = evidence.services["server"].sampled("done")
    assert done.descriptors == STANDARD_STREAMS + len(prediction.facts["listening"])


def test_the_kernel_refuses_the_port_that_the_program_was_refused(
    prediction: Prediction, machine: Callable[[str], Any]
) -> None:
    (refused,) = prediction.facts["time_wait"] - prediction.facts["listening"]
    done = machine("server").run("python3 -c %s %s", BIND, str(refused))
    assert EADDRINUSE in done.stderr, done.stderr
