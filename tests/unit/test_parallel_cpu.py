"""Computing on several processors: what theory makes of workers' shares, on a quiet machine and on a busy one."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.definition import catalog
from scenarios.errors import Unavailable
from scenarios.families.base import Known
from scenarios.families.parallel_cpu import FAMILY
from scenarios.families.parallel_cpu.theory import Share, disturbed, gain, usable, used, wanted
from scenarios.pictures import Bars
from scenarios.results.evidence import Evidence
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

ALONE: Mapping[str, float | None] = {"pieces": 100, "ran": 0.1, "queued": 0.0, "lasted": 0.1}
HALF: Mapping[str, float | None] = {"pieces": 50, "ran": 0.05, "queued": 0.0, "lasted": 0.1}
STARVED: Mapping[str, float | None] = {"pieces": 30, "ran": 0.03, "queued": 0.07, "lasted": 0.1}
QUIET = {"coroutines": [ALONE], "threads": [HALF, HALF], "processes": [ALONE, ALONE]}


def kept(**changed: list[Mapping[str, float | None]]) -> Evidence:
    """Three rounds in which each kind's workers had these shares."""
    said = "".join(event("computed", kind=kind, shares=shares) for kind, shares in (QUIET | changed).items())
    return replace(evidence(service("compute", 3 * said)), scenario=catalog.load("one-core"))


def problems(run: Evidence) -> set[str]:
    """The quantities that are not as predicted, those aside that come from looks."""
    expected, found = FAMILY.predict(Known(run.scenario, {}, run)).expected, FAMILY.measure(run)
    return {key for key in ("used", "wanted", "pace") if expected[key].difference(found[key])}


def test_a_quiet_machine_gives_each_kind_what_it_can_use() -> None:
    assert problems(kept()) == set()


def test_threads_on_two_processors_and_processes_on_one_are_not_as_predicted() -> None:
    assert problems(kept(threads=[ALONE, ALONE])) == {"used", "pace"}
    assert problems(kept(processes=[HALF, HALF])) == {"wanted", "pace"}


def test_processes_that_others_kept_waiting_wanted_what_they_did_not_get() -> None:
    run = kept(processes=[STARVED, STARVED])
    assert problems(run) == set()
    assert "not judged" in FAMILY.predict(Known(run.scenario, {}, run)).reason
    assert "not judged" not in FAMILY.predict(Known(run.scenario, {}, kept())).reason


def test_a_picture_of_a_busy_machine_says_that_its_speeds_say_little() -> None:
    for run, busy in ((kept(), False), (kept(processes=[STARVED, STARVED]), True)):
        predicted = FAMILY.predict(Known(run.scenario, {}, run)).json()
        speed, *_ = FAMILY.scene(run.scenario, FAMILY.measure(run), predicted)
        assert isinstance(speed, Bars)
        assert ("idle machine" in speed.note) == busy


def test_a_kernel_that_does_not_tell_who_waited_is_no_failure() -> None:
    with pytest.raises(Unavailable, match="does not report"):
        FAMILY.measure(kept(threads=[{**HALF, "queued": None}]))


@given(st.integers(2, 16), st.integers(1, 16))
def test_only_processes_gain_and_never_more_than_there_are(workers: int, cores: int) -> None:
    low, high = gain(workers, cores)
    assert usable("threads", workers, cores) == usable("coroutines", workers, cores) == 1
    assert low < min(workers, cores) < high
    assert (low > 1) == (min(workers, cores) > 1)


@given(st.floats(0.01, 1), st.integers(1, 8))
def test_what_is_wanted_does_not_depend_on_what_is_given(given: float, workers: int) -> None:
    shares = [Share(1, given, 1 - given, 1)] * workers
    assert wanted(shares) == pytest.approx(workers)
    assert used(shares) == pytest.approx(given * workers)
    assert disturbed(used(shares), wanted(shares), workers) == (given < 0.85) or given == pytest.approx(0.85)
