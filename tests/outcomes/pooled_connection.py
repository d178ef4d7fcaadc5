"""Checks of pooled_connection: what the servers were asked, and what the kernel shows of them."""

from typing import Any

import pytest

from scenarios.families.base import Prediction
from scenarios.results.evidence import Evidence

SERVERS = pytest.mark.parametrize("name", ["keeping", "closing"])


@SERVERS
def test_each_server_was_asked_every_number_in_order(name: str, evidence: Evidence, prediction: Prediction) -> None:
    asked: list[Any] = [event["line"] for event in evidence.services[name].events if event["event"] == "asked"]
    assert asked == [str(number) for number in prediction.facts["asked"]]


@SERVERS
def test_one_connection_is_open_at_the_end(name: str, evidence: Evidence) -> None:
    server = evidence.services[name]
    assert server.sampled("done").descriptors == server.sampled("ready").descriptors + 1
