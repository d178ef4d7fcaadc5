"""Checks of this exercise: the tasks are greenlets that switch, by the count of greenlet's own trace."""

from scenarios.results.evidence import Evidence


def test_the_tasks_are_greenlets_that_switch(evidence: Evidence) -> None:
    tasks = evidence.scenario.number("greenlets")
    turns = tasks * evidence.scenario.number("steps")
    observed = evidence.services["greenlets"].observed()
    assert observed["greenlets"] >= tasks, f"at least {tasks} greenlets were expected, and {observed['greenlets']} ran"
    assert observed["switches"] >= turns, (
        f"at least {turns} switches were expected, and {observed['switches']} were made"
    )
