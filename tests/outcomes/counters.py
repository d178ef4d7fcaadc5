"""Checks of a counters scenario: every program ended well, and one lost updates exactly where theory says so."""

from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.quantities import Json
from scenarios.theory.sharing import MANY


def test_every_program_ended_well(evidence: Evidence) -> None:
    assert {name: one.exit_status for name, one in evidence.services.items()} == dict.fromkeys(evidence.services, 0)


def test_a_lock_saves_what_is_lost_without_one(evidence: Evidence, measured: Mapping[str, Json]) -> None:
    if evidence.scenario.number("updates") < MANY:
        pytest.skip("so few updates may come one after the other")
    assert measured["counted"]["threads-switching"] < measured["counted"]["threads-lock"]


def test_no_program_had_a_child(evidence: Evidence) -> None:
    assert {one.sampled("counting").processes for one in evidence.services.values()} == {1}


def test_the_programs_have_gone(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    for name, one in evidence.services.items():
        assert machine(name).run(f"kill -0 {one.pid}").rc != 0, name
