"""Checks of this exercise: the tasks are greenlets, by greenlet's own trace, and slept, by the lab's own clock."""

from scenarios.families.base import Prediction
from scenarios.results.evidence import Evidence


def test_each_task_is_a_greenlet_that_switches(evidence: Evidence, prediction: Prediction) -> None:
    tasks = len(prediction.facts["sleeps"])
    observed = evidence.services["gevent-sleep"].observed()
    # The loop switches to each task twice: to start it, and to resume it when its sleep is over.
    assert observed["greenlets"] >= tasks, f"at least {tasks} greenlets were expected, and {observed['greenlets']} ran"
    assert observed["switches"] >= 2 * tasks, (
        f"at least {2 * tasks} switches were expected, and {observed['switches']} were made"
    )


def test_the_run_took_at_least_the_longest_sleep(evidence: Evidence, prediction: Prediction) -> None:
    longest, lasted = max(prediction.facts["sleeps"]), evidence.seconds["run"]
    assert lasted >= longest, f"at least {longest:g} s were expected, and the whole run took {lasted:.2f} s"
