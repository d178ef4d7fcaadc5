"""Checks of a mistakes scenario: who lives afterwards, and that the client itself made none."""

from collections.abc import Callable

from testinfra.host import Host

from scenarios.evidence import Evidence


def lives(evidence: Evidence, machine: Callable[[str], Host], service: str) -> bool:
    """Whether a service's program still runs."""
    return machine(service).run(f"kill -0 {evidence.services[service].pid}").rc == 0


def test_one_reset_ended_the_wrong_server_and_not_the_right_one(
    evidence: Evidence, machine: Callable[[str], Host]
) -> None:
    assert (lives(evidence, machine, "wrong"), lives(evidence, machine, "right")) == (False, True)


def test_the_client_tried_everything_to_the_end(evidence: Evidence) -> None:
    assert evidence.services["client"].said("finished")
    # It ends as one who was not served everywhere.
    assert evidence.services["client"].exit_status == 1


def test_the_right_server_has_nothing_open_of_any_client(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    right = evidence.services["right"]
    left = int(machine("right").run(f"ls /proc/{right.pid}/fd | wc -l").stdout)
    assert left == right.sampled("ready").descriptors
