"""The family of interleavings: its theory's own laws, and what is measured of spans that were made by hand."""

import dataclasses
import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import LabError
from scenarios.families.base import Known
from scenarios.families.task_scheduling import theory
from scenarios.families.task_scheduling.theory import Load, Schedule, event_loop, serial, threads_seconds
from scenarios.judging.verdict import judge
from scenarios.results.evidence import Evidence
from tests.unit.builders import HELD, evidence, service
from tests.unit.scripted import event

FAMILY = families.find("task_scheduling")
LOADS = st.builds(Load, st.integers(1, 6), st.integers(1, 5), st.floats(0.01, 1), st.floats(0.01, 1))


@given(LOADS)
def test_one_after_the_other_is_the_sum(load: Load) -> None:
    total = load.tasks * load.rounds * (load.compute + load.wait)
    assert theory.seconds(serial(load)) == pytest.approx(total)
    assert theory.together(serial(load), wait=True, beside=None) == pytest.approx(0, abs=1e-9)


@given(LOADS)
def test_an_event_loop_takes_no_longer_than_threads_may_and_never_computes_twice_at_once(load: Load) -> None:
    low, high = threads_seconds(load)
    assert low - 1e-9 <= theory.seconds(event_loop(load)) <= high + 1e-9
    assert theory.together(event_loop(load), wait=False, beside=False) == pytest.approx(0, abs=1e-9)


@given(LOADS)
def test_each_task_does_all_of_its_rounds_without_a_gap_but_before_computing(load: Load) -> None:
    for schedule in (serial(load), event_loop(load)):
        for periods in schedule.values():
            assert [one.wait for one in periods] == [False, True] * load.rounds
            assert all(a.end == pytest.approx(b.begin) for a, b in itertools.pairwise(periods))


@given(LOADS)
def test_a_task_alone_has_nobody_to_wait_for(load: Load) -> None:
    alone = Load(1, load.rounds, load.compute, load.wait)
    assert theory.seconds(event_loop(alone)) == pytest.approx(theory.seconds(serial(alone)))


def test_three_tasks_are_interleaved_as_one_would_draw_them() -> None:
    schedule = event_loop(Load(3, 2, compute=1, wait=3))
    assert [[(one.begin, one.end) for one in schedule[task]] for task in (1, 2, 3)] == [
        [(0, 1), (1, 4), (4, 5), (5, 8)],
        [(1, 2), (2, 5), (5, 6), (6, 9)],
        [(2, 3), (3, 6), (6, 7), (7, 10)],
    ]
    assert theory.computing_seconds(schedule) == 6


@given(LOADS)
def test_tasks_wait_beside_others_for_no_less_than_in_the_worst_order(load: Load) -> None:
    least = theory.beside_in_any_order(load)
    assert theory.together(event_loop(load), wait=True, beside=None) >= least - 1e-9
    assert theory.together(all_at_once(load), wait=True, beside=None) >= least - 1e-9


def all_at_once(load: Load) -> Schedule:
    """Threads that take fair turns at computing: all compute at the same time, and then all wait."""
    turn = theory.serial(Load(1, load.rounds, load.tasks * load.compute, load.wait))[1]
    return dict.fromkeys(range(1, load.tasks + 1), turn)


def test_threads_that_compute_for_long_wait_beside_each_other_alone() -> None:
    load = Load(3, 2, compute=1, wait=0.15)
    spans = {"serial": serial(load), "threads": all_at_once(load), "events": event_loop(load)}
    assert run_of({"compute": "1"}, **spans)[1] is None


def printed(schedule: Schedule) -> str:
    """What a program says of its spans."""
    lines = ""
    for task, periods in schedule.items():
        spans = [("waiting" if one.wait else "computing", one.begin, one.end, 0.05) for one in periods]
        lines += event("spans", task=task, spans=spans)
    return lines + event("done", seconds=theory.seconds(schedule))


LOAD = Load(3, 2, 0.05, 0.15)
EXACT = {"serial": serial(LOAD), "threads": event_loop(LOAD), "events": event_loop(LOAD)}


def run_of(settings: Mapping[str, str] | None = None, **changed: Schedule) -> tuple[Evidence, str | None]:
    """A run whose ways had these spans, and what its family finds wrong with it."""
    services = [service(name, printed(one)) for name, one in (EXACT | changed).items()]
    run = dataclasses.replace(evidence(*services, service("peer")), scenario=catalog.load("three-tasks", settings))
    prediction = FAMILY.predict(Known(run.scenario, {}, run))
    return run, judge(FAMILY.quantities, prediction, FAMILY.measure(run), HELD, None)[1]


def test_what_theory_draws_agrees_with_theory() -> None:
    assert run_of()[1] is None


@pytest.mark.parametrize(
    "changed",
    [
        {"events": serial(LOAD)},
        {"threads": serial(LOAD)},
        {"serial": event_loop(LOAD)},
        {"events": dict(event_loop(LOAD)) | {2: event_loop(LOAD)[1]}},
        {"serial": serial(Load(3, 2, 0.05, 0.05))},
        {"serial": serial(Load(3, 2, 0.05, 0.4))},
        {"events": event_loop(Load(3, 1, 0.05, 0.15))},
        {"events": event_loop(Load(2, 2, 0.05, 0.15))},
    ],
)
def test_what_theory_does_not_foresee_is_noticed(changed: dict[str, Any]) -> None:
    assert run_of(**changed)[1]


def test_the_picture_has_a_lane_for_each_task_of_each_way() -> None:
    run, _ = run_of()
    predicted = FAMILY.predict(Known(run.scenario, {})).json()
    picture, _ = FAMILY.scene(run.scenario, FAMILY.measure(run), predicted)
    assert set(picture.predicted) == {f"{way} {task}" for way in ("serial", "events") for task in (1, 2, 3)}
    assert list(picture.lanes) == [f"{way} {task}" for way in ("serial", "threads", "events") for task in (1, 2, 3)]  # type: ignore[union-attr]


def test_what_would_take_minutes_is_refused() -> None:
    with pytest.raises(LabError, match="one task after another takes"):
        catalog.load("three-tasks", {"tasks": "8", "rounds": "6", "wait": "5"})


def test_the_end_is_told_in_words() -> None:
    assert FAMILY.tell("serial", {"event": "done", "seconds": 1.2}) == "serial: all tasks took 1.20 s"
    assert FAMILY.tell("serial", {"event": "ready"}) is None
