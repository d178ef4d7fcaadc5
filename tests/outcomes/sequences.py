"""Checks of a sequences scenario: the lines are in the log's own bytes, one thread made them, each ended well."""

from collections.abc import Callable

from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction


def test_every_program_ended_well(evidence: Evidence) -> None:
    assert {name: one.exit_status for name, one in evidence.services.items()} == dict.fromkeys(evidence.services, 0)


def test_one_thread_did_all_of_it(evidence: Evidence, prediction: Prediction) -> None:
    threads = {name: one.sampled("between switches").threads for name, one in evidence.services.items()}
    assert threads == dict.fromkeys(evidence.services, prediction.facts["threads"])


def test_the_log_has_each_line_once_and_no_other(evidence: Evidence, prediction: Prediction) -> None:
    for name, lines in prediction.facts["orders"].items():
        assert sorted(evidence.services[name].printed) == sorted(lines), name


def test_the_program_has_gone(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    for name, one in evidence.services.items():
        assert machine(name).run(f"kill -0 {one.pid}").rc != 0, name
