"""Checks of this exercise: what the watcher noticed are the clicks of the mouse, by the mouse's own clock."""

from scenarios.evidence import Evidence
from scenarios.theory.clicks import moments


def test_no_click_was_noticed_before_it_came(evidence: Evidence) -> None:
    scenario = evidence.scenario
    clicks = moments(scenario.number("clicks"), float(scenario.parameters["span"]), scenario.number("seed"))
    noticed = evidence.services["queue"].said("watched")["noticed"]
    early = [number for number, (seen, came) in enumerate(zip(noticed, clicks, strict=False), 1) if seen < came - 0.001]
    assert not early, f"the clicks {early} were noticed before they came"


def test_no_thread_came_and_went(evidence: Evidence) -> None:
    assert not evidence.services["queue"].lost_a_thread("connected", "over"), (
        "a thread watched, and ended before the end"
    )
