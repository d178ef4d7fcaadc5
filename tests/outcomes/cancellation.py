"""Checks of cancellation: the connections that the gateway has open for its clients, and to the backend for them."""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.errors import OutOfTime
from scenarios.families.base import Prediction
from scenarios.judging.unread import all_was_read
from scenarios.judging.waiting import Look, closes_down_to
from scenarios.results.evidence import Evidence, ServiceEvidence

# A loop may open an epoll set, and a pair of sockets to wake itself, when it begins.
OWN = 3
# By how many seconds a program sleeps too long on a busy machine.
LATE = 0.1


@pytest.fixture(scope="session")
def server(evidence: Evidence) -> ServiceEvidence:
    return evidence.services["server"]


def test_each_client_has_a_connection_and_each_part_another(server: ServiceEvidence, prediction: Prediction) -> None:
    expected = prediction.facts["clients"] * prediction.facts["each"]
    held = server.sampled("asked").descriptors - server.sampled("ready").descriptors
    assert expected <= held <= expected + OWN, (
        f"{expected} descriptors for the clients and their parts were expected, and {held} more than at first were open"
    )


def test_the_parts_of_clients_that_left_have_no_descriptor_any_more(
    server: ServiceEvidence, prediction: Prediction
) -> None:
    # The backend has seen the end of these; the connections to the clients may be closed a moment later.
    leaving, each = prediction.facts["leaving"], prediction.facts["each"]
    closed = server.sampled("asked").descriptors - server.sampled("left").descriptors
    assert leaving * (each - 1) <= closed <= leaving * each, (
        f"{leaving * (each - 1)} to {leaving * each} descriptors should be closed when {leaving} clients left, "
        f"and {closed} were"
    )


def test_the_backend_counted_the_same_as_the_client_says(evidence: Evidence, server: ServiceEvidence) -> None:
    # At the release only those that stay are left: all parts of the others have failed or were stopped.
    scenario, told = evidence.scenario, evidence.services["backend"].said("released")
    clients, leaving, failing, hasty = (scenario.number(one) for one in ("clients", "leaving", "failing", "hasty"))
    parts = scenario.number("parts")
    stopped = (leaving + hasty) * parts + failing * (parts - 1)
    assert told["failed"] == failing
    assert (told["asked"], told["stopped"]) == ((clients + hasty) * parts, stopped)
    # The hasty clients come last, and the work for each goes on until it has no more time.
    kept, asked = told["kept"][-hasty * parts :], float(scenario.parameters["time"])
    if min(kept) < asked / 2 and evidence.services["client"].said("finished")["overslept"] > LATE:
        raise OutOfTime("this machine is too busy: the gateway asked for the parts when much of the time was over")
    assert min(kept) >= asked / 2, f"the work for hasty clients went on for {kept} s, and they have {asked} s"


def test_the_clients_read_their_answers(machine: Callable[[str], Host]) -> None:
    all_was_read(machine("client"))


def test_no_descriptor_of_a_client_or_a_part_is_left(server: ServiceEvidence, look: Look) -> None:
    closes_down_to(look, "server", server.sampled("ready").descriptors + OWN)


def test_the_server_is_still_running(server: ServiceEvidence, machine: Callable[[str], Host]) -> None:
    assert machine("server").run(f"kill -0 {server.pid}").rc == 0
    assert server.exit_status is None
