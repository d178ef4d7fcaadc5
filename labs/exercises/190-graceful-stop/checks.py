"""Checks of this exercise: SIGTERM comes while four clients are connected, two in the middle of a message."""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from labs.stop_probe import Messages, Stop, stop_server
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence

# 7.6 MB: more than the kernel buffers for the server, so that the server itself keeps bytes that it could not send.
LONG = bytes(range(32, 127)).decode()
ECHOED = Messages("a message\n", "a message\n", "half of ", "half of ", "it\n", "it\n", LONG, LONG, 80_000, "\n")


@pytest.fixture(scope="session")
def stop(
    evidence: Evidence, machine: Callable[[str], Host], look: Look, exit_status: Callable[[str], int | None]
) -> Stop:
    return stop_server(evidence.services["server"], machine, look, exit_status, ECHOED)


def test_a_client_that_does_not_read_delays_no_other(stop: Stop) -> None:
    stop.check_answers_beside_a_slow_client()


def test_idle_clients_cost_no_wake_ups(stop: Stop) -> None:
    stop.check_idle_clients_cost_nothing()


def test_a_message_that_was_under_way_is_finished(stop: Stop) -> None:
    stop.check_whole("within")


def test_the_rest_of_a_long_echo_is_sent(stop: Stop) -> None:
    stop.check_whole("slow")


def test_a_client_between_two_messages_is_closed(stop: Stop) -> None:
    stop.check_end("idle")


def test_new_clients_are_refused(stop: Stop) -> None:
    stop.check_refuses()


def test_the_server_exits_with_status_0(stop: Stop) -> None:
    stop.check_exit_status()


def test_each_finished_client_sees_the_end_of_its_connection(stop: Stop) -> None:
    stop.check_end("within")
    stop.check_end("slow")
