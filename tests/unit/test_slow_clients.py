"""The family of slow clients: theory counts with the server's own buffers, and what is measured is what clients saw."""

import dataclasses
from typing import Any

import pytest

from labs.programs.clients import slow_peers
from labs.programs.servers import limiting
from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import OutOfTime
from scenarios.families import slow_clients
from scenarios.families.base import Known
from scenarios.judging.verdict import judge
from scenarios.results.evidence import Evidence
from tests.unit.builders import HELD, evidence, service
from tests.unit.scripted import event

FAMILY = families.find("slow_clients")
SEEN: dict[str, Any] = {"served": 8, "closed": 7, "kept": 1.52, "taken": 200_000, "late": 0.01}


def run_of(**seen: Any) -> Evidence:
    client = service("client", event("finished", **SEEN | seen), exit_status=0)
    return dataclasses.replace(evidence(service("server"), client), scenario=catalog.load("slow-clients"))


def wrong_with(run: Evidence) -> str | None:
    prediction = FAMILY.predict(Known(run.scenario, {}, run))
    return judge(FAMILY.quantities, prediction, FAMILY.measure(run), HELD, None)[1]


def test_theory_counts_with_the_buffers_that_the_server_and_the_client_ask_for() -> None:
    assert slow_clients.KERNEL_BUFFER == limiting.KERNEL_BUFFER == slow_peers.BUFFER
    assert slow_clients.CHUNK == limiting.CHUNK


@pytest.mark.parametrize("bound", ["4KiB", "512KiB"])
def test_what_a_greedy_client_sends_is_far_more_than_any_bound(bound: str) -> None:
    prediction = FAMILY.predict(Known(catalog.load("slow-clients", {"bound": bound}), {}))
    assert 5 * 1024 * prediction.json()["taken"]["at_most"] < slow_peers.FLOOD


def test_clients_that_were_served_and_closed_as_theory_says_agree() -> None:
    assert wrong_with(run_of()) is None


@pytest.mark.parametrize("seen", [{"served": 7}, {"closed": 6}, {"kept": 1.2}, {"kept": None}, {"taken": 8_000_000}])
def test_what_theory_does_not_foresee_is_noticed(seen: dict[str, Any]) -> None:
    assert wrong_with(run_of(**seen))


def test_honest_clients_that_slept_too_long_say_that_the_machine_is_busy() -> None:
    with pytest.raises(OutOfTime, match=r"slept 0.90 s longer"):
        FAMILY.measure(run_of(late=0.9))
