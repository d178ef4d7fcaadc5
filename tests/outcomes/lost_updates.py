"""Checks of lost_updates: every program ended well, and updates are lost only without a lock."""

from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from scenarios.judging.quantities import Json
from scenarios.results.evidence import Evidence
from scenarios.theory.sharing import MANY

# The most switches that a greenlet takes to begin and to end, to its hub and back.
AROUND = 10


def test_every_program_ended_well(evidence: Evidence) -> None:
    assert {name: one.exit_status for name, one in evidence.services.items()} == dict.fromkeys(evidence.services, 0)


def test_updates_are_lost_only_without_a_lock(evidence: Evidence, measured: Mapping[str, Json]) -> None:
    if evidence.scenario.number("updates") < MANY:
        pytest.skip("so few updates may all happen one after another")
    assert measured["counted"]["threads-switching"] < measured["counted"]["threads-lock"]


def test_greenlets_switch_at_each_update_or_not_at_all(evidence: Evidence) -> None:
    workers, updates = evidence.scenario.number("workers"), evidence.scenario.number("updates")
    for name, each in (("greenlets", 0), ("greenlets-switching", updates)):
        seen = evidence.services[name].observed()
        assert seen["greenlets"] >= workers, name
        # To begin and to end takes a few switches for each.
        assert workers * each <= seen["switches"] <= workers * (2 * each + AROUND), (name, seen["switches"])


def test_every_worker_wrote_at_each_update_and_one_more_than_it_had_read(evidence: Evidence) -> None:
    workers, updates = evidence.scenario.number("workers"), evidence.scenario.number("updates")
    for name, one in evidence.services.items():
        if evidence.scenario.services[name].code:
            continue  # a learner's counter records other things
        counted = one.said("counted")
        assert (counted["writes"], counted["unfounded"]) == (workers * updates, 0), (name, counted)
        assert counted["values"] >= counted["value"], (name, counted)


def test_every_thread_took_the_lock(evidence: Evidence) -> None:
    if evidence.scenario.services["threads-lock"].code:
        pytest.skip("a learner may take another kind of lock")
    taken = evidence.services["threads-lock"].observed()["acquired"]
    assert max(taken, default=0) >= evidence.scenario.number("workers") * evidence.scenario.number("updates"), taken


def test_no_program_had_a_child(evidence: Evidence) -> None:
    assert {one.sampled("counting").processes for one in evidence.services.values()} == {1}


def test_the_programs_have_ended(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    for name, one in evidence.services.items():
        assert machine(name).run(f"kill -0 {one.pid}").rc != 0, name
