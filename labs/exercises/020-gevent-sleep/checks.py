"""Checks of this exercise: greenlets slept, as greenlet itself tells, and for as long as the lab's own clock says."""

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction


def test_each_task_was_a_greenlet_that_handed_over(evidence: Evidence, prediction: Prediction) -> None:
    tasks = len(prediction.facts["sleeps"])
    observed = evidence.services["gevent-sleep"].said("observed")
    # Each is begun by gevent's loop, hands over to it when it sleeps, and is gone on with when its time is over.
    assert observed["greenlets"] >= tasks, f"{tasks} greenlets were expected, and {observed['greenlets']} ran"
    assert observed["switches"] >= 2 * tasks, f"{2 * tasks} switches are needed, and {observed['switches']} were made"


def test_it_lasted_as_long_as_the_longest_sleep_by_the_clock_of_the_lab(
    evidence: Evidence, prediction: Prediction
) -> None:
    longest, lasted = max(prediction.facts["sleeps"]), evidence.seconds["run"]
    assert lasted >= longest, f"at least {longest:g} s were expected, and the whole run took {lasted:.2f}"
