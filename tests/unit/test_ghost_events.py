"""The family ghost_events: what it predicts, and how it measures."""

from dataclasses import replace

from scenarios import families
from scenarios.definition import catalog
from scenarios.families.base import Known
from scenarios.families.ghost_events import CURED, EBADF, GHOSTS
from scenarios.results.sample import Sample
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("ghost_events")
LOOK = Sample(
    moment="registered", descriptors=35, watched=10, nofile_soft=64, nofile_hard=64, resident=1, cpu_seconds=0
)


def test_what_is_closed_is_reported_until_its_copies_are_closed() -> None:
    predicted = FAMILY.predict(Known(catalog.load("ghost-events", {"count": "7"}), {})).json()
    assert predicted["reported"] == {GHOSTS: 7, CURED: 0}
    assert list(predicted["watched"].values()) == [14, 7, 0]


def test_the_kernel_s_count_and_the_program_s_report_are_measured() -> None:
    said = event("copies-closed", reported={"ghosts": 5, "cured": 0}, again=5, refusals=[EBADF])
    looks = (LOOK, replace(LOOK, moment="closed", watched=5), replace(LOOK, moment="copies-closed", watched=0))
    assert FAMILY.measure(evidence(service("program", said, exit_status=0, samples=looks))) == {
        "reported": {GHOSTS: 5, CURED: 0},
        "again": 5,
        "refusals": [EBADF],
        "watched": {"at first": 10, "after the close": 5, "after the copies' close": 0},
        "error": None,
    }


def test_of_a_program_that_ended_early_nothing_is_measured() -> None:
    measured = FAMILY.measure(evidence(service("program", exit_status=1)))
    assert (measured["reported"], measured["again"], measured["watched"]) == ({}, None, {})


def test_more_pipes_than_the_program_has_descriptors_for_are_wrong_usage() -> None:
    scenario = catalog.load("ghost-events", {"count": "150"})
    program = replace(scenario.services["program"], nofile=904)
    assert FAMILY.problem(scenario) is None
    problem = "count is 150: that takes 905 descriptors, and the program's nofile is 904"
    assert FAMILY.problem(replace(scenario, services={"program": program})) == problem


def test_a_program_that_failed_is_drawn_all_the_same() -> None:
    scenario = catalog.load("ghost-events")
    predicted = FAMILY.predict(Known(scenario, {})).json()
    measured = {"reported": {}, "again": None, "refusals": None, "watched": {}, "error": {"program": "OSError: full"}}
    assert FAMILY.scene(scenario, measured, predicted)
