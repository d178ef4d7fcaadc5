"""Checks of a rivals scenario: every server was asked the same, took nothing while it was not its turn, and lives."""

from collections.abc import Callable

from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction


def test_every_server_had_as_many_clients_and_rounds_as_the_others(evidence: Evidence, prediction: Prediction) -> None:
    paced = [event for event in evidence.services["client"].events if event["event"] == "paced"]
    names = list(prediction.facts["mechanisms"])
    assert [event["server"] for event in paced] == names * (len(paced) // len(names))
    assert len({len(event["latencies"]) for event in paced}) == 1
    assert evidence.services["client"].exit_status == 0


def test_nobody_takes_the_processor_while_all_are_connected_and_nobody_asks(
    evidence: Evidence, prediction: Prediction
) -> None:
    """So what was measured of the one whose turn it is, the others had no part in."""
    for name in prediction.facts["mechanisms"]:
        assert evidence.services[name].spent("rests", "rested") == 0, name


def test_every_server_lives(evidence: Evidence, machine: Callable[[str], Host], prediction: Prediction) -> None:
    pids = {name: evidence.services[name].pid for name in prediction.facts["mechanisms"]}
    assert [name for name, pid in pids.items() if machine(name).run(f"kill -0 {pid}").rc] == []
