"""The clients of an echo server: what they say of a server that is slow, and of one that does not answer."""

import socket
from collections.abc import Iterator

import pytest

from labs.programs.clients.echo_client import EchoClient, Patience


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def given_up(listener: socket.socket) -> EchoClient:
    client = EchoClient(listener.getsockname(), 1, 1, Patience(0.05))
    client.start()
    client.join()
    assert isinstance(client.error, TimeoutError)
    return client


def test_a_client_whose_answer_came_after_it_gave_up_was_too_early(listener: socket.socket) -> None:
    client = given_up(listener)
    accepted, _ = listener.accept()
    with accepted, client.sock:
        accepted.sendall(accepted.recv(100))
        assert client.was_too_early()


def test_a_client_that_nobody_answers_was_not_too_early(listener: socket.socket) -> None:
    client = given_up(listener)
    with client.sock:
        assert not client.was_too_early()


def test_a_client_waits_while_the_server_answers_others(listener: socket.socket) -> None:
    patience = Patience(0.2)
    client = EchoClient(listener.getsockname(), 1, 0, patience)
    client.start()
    accepted, _ = listener.accept()
    with accepted:
        for _ in range(4):
            assert not client.admitted.wait(0.1)
            patience.has_answered()
        accepted.sendall(accepted.recv(100))
        client.admitted.wait()
        assert client.error is None
        client.go.set()
        client.rest.set()
        accepted.shutdown(socket.SHUT_WR)
        client.join()
