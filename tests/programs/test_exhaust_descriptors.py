"""The crowd of accept_emfile: what it makes of a server that closes a client at once."""

import socket

import pytest

from labs.programs.clients import exhaust_descriptors


def test_a_client_that_is_reset_while_it_connects_counts_as_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def reset(*_: object) -> socket.socket:
        raise ConnectionResetError

    monkeypatch.setattr(socket, "create_connection", reset)
    clients = [exhaust_descriptors.Client("server", ("127.0.0.1", 1))]
    exhaust_descriptors.settle(clients)
    assert exhaust_descriptors.fates(clients) == {"server": {"served": 0, "shed": 1, "waiting": 0}}
