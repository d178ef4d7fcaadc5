"""Checks of polling_vs_events: the devices of each watcher, the clicks it saw, and how often the kernel woke it."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

import pytest
from testinfra.host import Host

from scenarios.definition.scenario import Scenario
from scenarios.errors import OutOfTime, Unavailable
from scenarios.families.base import Prediction
from scenarios.families.polling_vs_events import WATCHERS, theory
from scenarios.judging.quantities import Json
from scenarios.results.evidence import Evidence

# How often a watcher may sleep for other reasons than clicks, such as a page of its code that must be read.
OTHER_SLEEPS = 100
# A few in the seconds in which nothing happens, on a machine that had not let it go to sleep before.
FEW_SLEEPS = 5
# Seconds of CPU time that a turn of a loop may take, and the part of the time that a loop may have the CPU beside.
EACH_TURN, SPINNING = 0.002, 0.05


def test_every_watcher_has_only_its_devices_open(evidence: Evidence, prediction: Prediction) -> None:
    seen = {name: evidence.services[name].sampled("connected").descriptors for name in WATCHERS}
    assert seen == prediction.facts["descriptors"]


def test_every_watcher_is_one_thread(evidence: Evidence) -> None:
    assert {evidence.services[name].sampled("over").threads for name in WATCHERS} == {1}


def test_no_watcher_had_another_thread_for_a_while(evidence: Evidence) -> None:
    assert [name for name in WATCHERS if evidence.services[name].lost_a_thread("connected", "over")] == []


def test_the_queue_waits_for_all_of_its_devices(evidence: Evidence) -> None:
    if evidence.scenario.services["queue"].code:
        pytest.skip("a learner may wait by other means than epoll")
    assert evidence.services["queue"].sampled("stirs").watched == 1 + evidence.scenario.number("keyboards")


def test_every_watcher_slept_between_the_turns_of_its_loop(evidence: Evidence, measured: Mapping[str, Json]) -> None:
    # A turn takes much less than this. A loop that spins uses all of the time.
    for name in WATCHERS:
        spent = evidence.services[name].spent("connected", "still") or 0.0
        assert spent <= EACH_TURN * measured["turns"].get(name, 0) + SPINNING * _span(evidence.scenario), name


def test_watchers_saw_clicks_in_order_and_the_last_one(evidence: Evidence) -> None:
    for name in WATCHERS:
        seen = evidence.services[name].said("watched")["seen"]
        assert seen == sorted(set(seen))
        assert seen[-1] == evidence.scenario.number("clicks")


def test_watchers_saw_the_clicks_that_the_mouse_reported(evidence: Evidence) -> None:
    reported = evidence.services["clicker"].said("clicked")["told"]
    assert [evidence.services[name].said("watched")["seen"] for name in WATCHERS] == reported


@pytest.fixture(scope="session")
def keys(evidence: Evidence) -> list[tuple[float, str]]:
    scenario = evidence.scenario
    if not scenario.number("keys"):
        pytest.skip("no keys are typed")
    return theory.keys(scenario.number("keys"), scenario.number("clicks"), _span(scenario), scenario.number("seed"))


def test_the_queue_read_every_key_that_was_typed(evidence: Evidence, keys: Sequence[tuple[float, str]]) -> None:
    assert sorted(evidence.services["queue"].said("watched")["typed"]) == sorted(letter for _, letter in keys)


def test_keys_are_noticed_before_the_next_click(
    evidence: Evidence, keys: Sequence[tuple[float, str]], prediction: Prediction
) -> None:
    # At least half of them, for a busy machine; a loop that looks only when the mouse is clicked notices none in time.
    scenario, pressed = evidence.scenario, evidence.services["queue"].said("watched")["pressed"]
    if len(pressed) < len(keys):
        pytest.skip("not every key was read, as another check says")
    drawn = theory.moments(scenario.number("clicks"), _span(scenario), scenario.number("seed"))
    # The last message of the mouse is that it is over.
    due = [[*drawn, _span(scenario)][bisect_right(drawn, moment)] for moment, _ in keys]
    soon = sum(seen < click for seen, click in zip(pressed, due, strict=False))
    _require(2 * soon >= len(keys), f"{soon} of {len(keys)} keys", prediction)


def test_every_watcher_has_read_all_that_its_devices_sent(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    # ss counts the end of a connection as one byte.
    for name in WATCHERS:
        port = evidence.services[name].said("ready")["port"]
        unread = machine(name).run(f"ss --tcp --numeric --no-header 'sport = :{port}'").stdout.split("\n")
        assert [line for line in unread if line and int(line.split()[1]) > 1] == []


def test_the_queue_slept_until_something_happened(evidence: Evidence, prediction: Prediction) -> None:
    # Each click and key, and the begin and the end of both stretches; several that come together wake it once.
    scenario = evidence.scenario
    events = scenario.number("clicks") + scenario.number("keys") + 4
    woken = _woken(evidence, "queue")
    told = f"the devices sent {events} times, and the queue woke {woken} times"
    _require(woken <= events + OTHER_SLEEPS, told, prediction)


def test_the_queue_did_not_wake_while_nothing_happened(evidence: Evidence, prediction: Prediction) -> None:
    before, after = (evidence.services["queue"].sampled(moment).voluntary for moment in ("still", "stirs"))
    if before is None or after is None:
        raise Unavailable("this kernel does not count context switches")
    _require(after - before <= FEW_SLEEPS, f"it woke {after - before} times", prediction)


def test_the_poller_woke_for_each_poll(evidence: Evidence, measured: Mapping[str, Json]) -> None:
    assert _woken(evidence, "poller") >= measured["turns"]["poller"]


def _require(holds: bool, what: str, prediction: Prediction) -> None:
    """A machine that was late, or stopped a program for a while, is no failure."""
    if not holds and prediction.facts["late"]:
        raise OutOfTime(f"this machine is too busy: {prediction.facts['late']}: {what}")
    assert holds, what


def _span(scenario: Scenario) -> float:
    return float(scenario.parameters["span"])


def _woken(evidence: Evidence, service: str) -> int:
    """How often the kernel put the program to sleep and woke it, from its first event to its last."""
    before, after = (evidence.services[service].sampled(moment).voluntary for moment in ("connected", "over"))
    if before is None or after is None:
        raise Unavailable("this machine does not count how often a program sleeps")
    return after - before
