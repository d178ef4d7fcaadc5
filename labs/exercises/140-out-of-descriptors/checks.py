"""Checks of this exercise: what the server has open once all its clients have gone."""

import time
from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.evidence import Evidence

# Seconds within which a server sees that its clients have gone.
SECONDS = 5.0


def test_when_all_have_gone_the_listener_and_the_reserve_are_still_there(
    evidence: Evidence, machine: Callable[[str], Host]
) -> None:
    server = evidence.services["reserve"]
    if server.exit_status is not None:
        pytest.skip("the server has ended")
    before = server.sampled("ready").descriptors
    look, until = f"ls /proc/{server.pid}/fd | wc -l", time.monotonic() + SECONDS
    while (left := int(machine("reserve").run(look).stdout)) != before and time.monotonic() < until:
        time.sleep(0.1)
    assert left == before, f"{before} descriptors were open before the first client, and {left} are after the last"
