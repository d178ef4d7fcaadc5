"""Checks of this exercise: a client costs the server's process next to nothing, as the kernel tells."""

from collections.abc import Mapping

import pytest

from scenarios.evidence import Evidence
from scenarios.quantities import Json

# What the lab's own server needs of one that waits is under 1 KiB (connection.KEPT_IDLE); a thread, or a buffer of the
# usual 64 KiB, needs far more.
MOST_BYTES = 8 * 1024


def test_one_thread_holds_them_all(evidence: Evidence, measured: Mapping[str, Json]) -> None:
    if measured["error"] is not None:
        pytest.skip("the server had died before all clients were connected")
    threads = evidence.services["server"].sampled("connected").threads
    assert threads == 1, f"one thread was expected, and {threads} were seen"


def test_a_waiting_client_costs_next_to_no_memory(evidence: Evidence, measured: Mapping[str, Json]) -> None:
    if measured["error"] is not None:
        pytest.skip("the server had died before all clients were connected")
    server = evidence.services["server"]
    before, with_all = server.sampled("ready"), server.sampled("connected")
    each = (with_all.resident - before.resident) / evidence.scenario.number("clients")
    assert each <= MOST_BYTES, f"at most {MOST_BYTES} bytes each were expected, and {each:.0f} were seen"
