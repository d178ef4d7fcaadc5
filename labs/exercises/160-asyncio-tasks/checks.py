"""Checks of this exercise: one thread of one process does it, and waits in epoll for all connections."""

import pytest

from labs.idle_probe import check_no_extra_thread
from scenarios.judging.prediction import Prediction
from scenarios.results.evidence import Evidence


def test_one_thread_waits_in_epoll(evidence: Evidence, prediction: Prediction) -> None:
    seen = [evidence.services["server"].sampled(moment) for moment in ("asked", "left")]
    for one in seen:
        assert (one.processes, one.threads) == (1, 1), (
            f"1 thread of 1 process was expected, and {one.threads} threads of {one.processes} processes ran"
        )
    connections = prediction.facts["clients"] * prediction.facts["each"]
    assert (seen[0].watched or 0) >= connections, (
        f"an epoll set with {connections} connections was expected, and it has {seen[0].watched or 0}"
    )
    waits = [wait for one in seen if (wait := one.main_wait()).call != "running"]
    if not waits:
        pytest.skip("the server was not waiting at these moments")
    for wait in waits:
        assert wait.mechanism == "epoll", f"the server should wait in epoll, and waits in {wait.mechanism}"


def test_no_extra_thread_ran(evidence: Evidence) -> None:
    check_no_extra_thread(evidence.services["server"])
