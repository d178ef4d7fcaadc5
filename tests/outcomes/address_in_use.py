"""Checks of address_in_use: the ports in TIME_WAIT and the listeners that the kernel shows."""

from collections.abc import Callable
from typing import Any

from scenarios.families.base import Prediction
from scenarios.results.evidence import Evidence
from scenarios.theory.descriptors import STANDARD_STREAMS

TIME_WAIT, LOCAL, STATE = "06", 1, 3  # of the fields of /proc/net/tcp (proc_net_tcp(5))


def test_the_ports_of_the_servers_that_closed_first_are_in_time_wait(
    prediction: Prediction, machine: Callable[[str], Any]
) -> None:
    lines = [line.split() for line in machine("server").file("/proc/net/tcp").content_string.splitlines()[1:]]
    waiting = {int(one[LOCAL].rpartition(":")[2], 16) for one in lines if one[STATE] == TIME_WAIT}
    tried = range(min(prediction.facts["time_wait"]), max(prediction.facts["listening"]) + 1)
    assert waiting & set(tried) == prediction.facts["time_wait"]


def test_every_server_that_could_start_again_listens(evidence: Evidence, prediction: Prediction) -> None:
    done = evidence.services["server"].sampled("done")
    assert done.descriptors == STANDARD_STREAMS + len(prediction.facts["listening"])
