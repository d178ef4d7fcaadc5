"""Checks of this exercise: control went from greenlet to greenlet, as greenlet itself tells."""

from scenarios.evidence import Evidence


def test_the_tasks_handed_over_by_switching(evidence: Evidence) -> None:
    tasks = evidence.scenario.number("greenlets")
    turns = tasks * evidence.scenario.number("steps")
    observed = evidence.services["greenlets"].said("observed")
    assert observed["greenlets"] >= tasks, f"{tasks} greenlets should have run, and {observed['greenlets']} did"
    assert observed["switches"] >= turns, f"at least {turns} switches are needed, and {observed['switches']} were made"
