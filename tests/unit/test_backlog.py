"""The family backlog: what it predicts, how it measures, and when a machine was too busy."""

import selectors
import socket
import time
from dataclasses import replace
from typing import Any

import pytest

from labs.programs.clients import connect_at_once
from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import UsageError
from scenarios.families.base import Evidence, Known
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("backlog")
PLATFORMS = {"full": "linux", "late": "linux", "client": "linux"}
FIRST, LATER = [[0.001, 0]] * 5, [[1.02, 1]] * 5


def ran(begun: float = 0.01, accepted: float | None = 0.4, full: Any = FIRST, late: Any = FIRST + LATER) -> Evidence:
    """The evidence of a run of ten clients with a backlog of 4."""
    said = event("begun", within=begun) + event("settled", connections={"full": full, "late": late})
    accepting = event("accepting", after=accepted) if accepted is not None else ""
    seen = evidence(service("full"), service("late", accepting), service("client", said, exit_status=0))
    return replace(seen, scenario=catalog.load("backlog"))


@pytest.mark.parametrize(
    ("backlog", "somaxconn", "clients", "first"),
    [(4, 4096, 10, 5), (0, 4096, 2, 1), (100, 7, 12, 8), (100, 200, 12, 12)],
)
def test_the_queue_holds_one_more_than_the_backlog_or_than_somaxconn(
    backlog: int, somaxconn: int, clients: int, first: int
) -> None:
    given = {"backlog": str(backlog), "somaxconn": str(somaxconn), "clients": str(clients)}
    predicted = FAMILY.predict(Known(catalog.load("backlog", given), PLATFORMS)).json()
    assert predicted["at_once"] == {"full": first, "late": first}
    assert predicted["retried"] == {"full": 0, "late": clients - first}


def test_connections_are_told_apart_by_the_kernel_s_count_of_retries() -> None:
    assert FAMILY.measure(ran()) == {
        "at_once": {"full": 5, "late": 5},
        "retried": {"full": 0, "late": 5},
        "wait": 1.02,
        "error": None,
    }


@pytest.mark.parametrize(
    ("slow", "late"),
    [
        ({}, None),
        ({"begun": 0.3, "late": [[0.5, 0]] * 7 + LATER[:3]}, "the client was too slow"),
        ({"accepted": 1.2, "late": FIRST + [[2.1, 2]] * 5}, "the server was too slow"),
        ({"accepted": None, "late": FIRST}, "the server was too slow"),
    ],
)
def test_a_machine_too_slow_for_the_retry_is_told_and_no_failure(slow: dict[str, Any], late: str | None) -> None:
    seen = ran(**slow)
    prediction = FAMILY.predict(Known(seen.scenario, PLATFORMS, seen))
    assert (prediction.late or "").startswith(late or "")
    assert bool(prediction.late) == bool(late)
    measured = FAMILY.measure(seen)
    assert [one.difference(measured[key]) for key, one in prediction.expected.items()] == [None] * 4


def test_a_longer_queue_is_no_matter_of_time() -> None:
    seen = ran(begun=0.3, full=[[0.001, 0]] * 6)
    prediction = FAMILY.predict(Known(seen.scenario, PLATFORMS, seen))
    assert prediction.expected["at_once"].difference(FAMILY.measure(seen)["at_once"])


def test_more_clients_than_two_queues_are_wrong_usage() -> None:
    with pytest.raises(UsageError, match="clients is 11: it must be at most twice the queue, which is 10"):
        catalog.load("backlog", {"clients": "11"})


def test_the_client_waits_its_time_out_so_that_the_late_server_has_accepted() -> None:
    begun = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as listener, selectors.DefaultSelector() as selector:
        client = connect_at_once.begin(listener.getsockname())
        selector.register(client, selectors.EVENT_WRITE, "late")
        assert [name for name, *_ in connect_at_once.made(selector, begun, 0.3)] == ["late"]
        client.close()
    assert time.monotonic() - begun >= 0.3
