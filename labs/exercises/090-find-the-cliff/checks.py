"""Checks of this exercise: a full server does not ask for what it cannot have."""

import pytest

from scenarios.evidence import Evidence

# Processor time in seconds: far less than who asks without end takes of the 3 s for which the next client waits, on a
# busy machine too; and what serving one client costs at most.
AT_ONCE, EACH = 0.3, 0.0005


def test_it_stood_still_while_it_was_full(evidence: Evidence) -> None:
    server, client = evidence.services["server"], evidence.services["client"]
    if client.last("refused") is None:
        pytest.skip("it was never full")
    took = server.sampled("connected").cpu_seconds - server.sampled("ready").cpu_seconds
    most = AT_ONCE + EACH * client.said("connected")["clients"]
    assert took < most, f"at most {most:.1f} s of processor time were expected, and {took:.1f} were taken"
