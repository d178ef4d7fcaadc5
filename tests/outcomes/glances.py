"""Checks of a glances scenario: the devices of each watcher, which clicks it saw, and how often the kernel woke it."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

import pytest
from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction
from scenarios.families.glances import WATCHERS
from scenarios.quantities import Json
from scenarios.scenario import Scenario
from scenarios.theory import clicks

# How often a watcher may sleep for what has nothing to do with clicks, such as a page of its code that must be read.
BESIDES = 100


def test_every_watcher_has_its_devices_and_no_more(evidence: Evidence, prediction: Prediction) -> None:
    seen = {name: evidence.services[name].sampled("connected").descriptors for name in WATCHERS}
    assert seen == prediction.facts["descriptors"]


def test_every_watcher_is_one_thread(evidence: Evidence) -> None:
    assert {evidence.services[name].sampled("over").threads for name in WATCHERS} == {1}


def test_what_was_seen_are_clicks_in_their_order_and_the_last_of_them(evidence: Evidence) -> None:
    for name in WATCHERS:
        seen = evidence.services[name].said("watched")["seen"]
        assert seen == sorted(set(seen))
        assert seen[-1] == evidence.scenario.number("clicks")


def test_what_was_seen_is_what_the_mouse_told(evidence: Evidence) -> None:
    told = evidence.services["clicker"].said("clicked")["told"]
    assert [evidence.services[name].said("watched")["seen"] for name in WATCHERS] == told


@pytest.fixture(scope="session")
def keys(evidence: Evidence) -> list[tuple[float, str]]:
    """When which keys were typed."""
    scenario = evidence.scenario
    if not scenario.number("keys"):
        pytest.skip("nobody types")
    return clicks.keys(scenario.number("keys"), scenario.number("clicks"), _span(scenario), scenario.number("seed"))


def test_the_queue_read_every_key_that_was_typed(evidence: Evidence, keys: Sequence[tuple[float, str]]) -> None:
    assert sorted(evidence.services["queue"].said("watched")["typed"]) == sorted(letter for _, letter in keys)


def test_keys_are_noticed_before_the_next_click(evidence: Evidence, keys: Sequence[tuple[float, str]]) -> None:
    """Most of them, on a machine with much else to do; who looks only when the mouse is clicked notices none before."""
    scenario, pressed = evidence.scenario, evidence.services["queue"].said("watched")["pressed"]
    drawn = clicks.moments(scenario.number("clicks"), _span(scenario), scenario.number("seed"))
    # The mouse speaks for the last time to say that it is over.
    due = [[*drawn, _span(scenario)][bisect_right(drawn, moment)] for moment, _ in keys]
    soon = sum(seen < click for seen, click in zip(pressed, due, strict=False))
    assert 2 * soon >= len(keys), f"{soon} of {len(keys)} keys"


def test_every_watcher_has_read_all_that_its_devices_sent(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    """The end of a connection counts as one byte there."""
    for name in WATCHERS:
        port = evidence.services[name].said("ready")["port"]
        unread = machine(name).run(f"ss --tcp --numeric --no-header 'sport = :{port}'").stdout.split("\n")
        assert [line for line in unread if line and int(line.split()[1]) > 1] == []


def test_the_queue_slept_until_something_happened(
    evidence: Evidence, measured: Mapping[str, Json], machine: Callable[[str], Host]
) -> None:
    assert _sleeps(evidence, machine, "queue") <= measured["turns"]["queue"] + BESIDES


def test_the_poller_was_woken_for_each_poll(
    evidence: Evidence, measured: Mapping[str, Json], machine: Callable[[str], Host]
) -> None:
    assert _sleeps(evidence, machine, "poller") >= measured["turns"]["poller"]


def _span(scenario: Scenario) -> float:
    return float(scenario.parameters["span"])


def _sleeps(evidence: Evidence, machine: Callable[[str], Host], service: str) -> int:
    """How often the program has given up the processor by itself since it began to watch, as the kernel counts."""
    status = machine(service).run(f"cat /proc/{evidence.services[service].pid}/status").stdout
    counted = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("voluntary_ctxt_switches"))
    return counted - int(evidence.services[service].said("watching")["sleeps"])
