"""Checks of a tallies scenario: all ended well, one thread was enough for greenlets, and threads did interrupt."""

from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction
from scenarios.quantities import Json


def test_every_program_ended_well(evidence: Evidence) -> None:
    assert {name: one.exit_status for name, one in evidence.services.items()} == dict.fromkeys(evidence.services, 0)


def test_each_had_one_process(evidence: Evidence) -> None:
    assert {one.sampled("gathered").processes for one in evidence.services.values()} == {1}


def test_the_plain_threads_did_interrupt_each_other(evidence: Evidence, prediction: Prediction) -> None:
    if not prediction.facts["interrupted"]:
        pytest.skip("nothing is claimed of this Python")
    assert evidence.services["plain"].said("counted")["interrupted"] > 0


def test_no_count_is_above_what_was_added(measured: Mapping[str, Json]) -> None:
    assert [kind for kind, count in measured["count"].items() if count > measured["added"][kind]] == []


def test_the_programs_have_gone(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    for name, one in evidence.services.items():
        assert machine(name).run(f"kill -0 {one.pid}").rc != 0, name
