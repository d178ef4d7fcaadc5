"""The transfer server's connections, driven event by event: what each waits for, and when."""

import hashlib
import json
import os
import selectors
import socket
import sys
from collections.abc import Iterator

import pytest

from labs.programs.protocol import payload
from labs.programs.servers import connection, transfer
from labs.programs.servers.event_queue import EventQueue

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
SIZE = 20_000


class Served:
    """A connection of a server that has not been started, and its far end."""

    def __init__(self, size: int = SIZE) -> None:
        self.far, self.near = socket.socketpair()
        self.near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.near.setblocking(False)
        self.far.settimeout(10)
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.said, self.stdout = os.pipe()
        self.server = transfer.Server(self.selector, self.listener, payload(1, size), EventQueue(self.stdout))
        self.connection = connection.Connection(self.near, 1, self.server.download)
        self.selector.register(self.near, READ, self.connection)

    @property
    def waits_for(self) -> int:
        """The events that the loop would wait for; 0 when the connection is no longer registered."""
        key = self.selector.get_map().get(self.near.fileno()) if self.near.fileno() >= 0 else None
        return key.events if key else 0

    def on_event(self, mask: int) -> None:
        """The loop sees that the connection is ready."""
        self.server.serve(self.selector.get_key(self.near), mask)

    def send(self, data: bytes) -> None:
        """The far end sends, and the loop sees it."""
        self.far.sendall(data)
        self.on_event(READ)

    def receive(self, count: int) -> bytes:
        """The far end reads exactly so much, and the loop writes on in between."""
        data = bytearray()
        while len(data) < count:
            data += self.far.recv(count - len(data))
            if self.waits_for & WRITE:
                self.on_event(WRITE)
        return bytes(data)

    def close(self) -> None:
        """Gives back all descriptors."""
        for one in (self.far, self.near, self.listener, self.selector):
            one.close()
        os.close(self.said)
        os.close(self.stdout)


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.close()


@pytest.fixture
def generous() -> Iterator[Served]:
    """A connection whose client is offered far more than one event may send, and whose socket takes it all."""
    served = Served(4 * connection.MOST_SENT)
    served.near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * connection.MOST_SENT)
    yield served
    served.close()


def test_an_idle_connection_does_not_wait_for_writing(served: Served) -> None:
    assert served.waits_for == READ
    served.send(b"put 0\n")
    assert served.waits_for == READ


def test_a_partial_send_is_resumed_where_it_stopped(served: Served) -> None:
    served.send(b"get\n")
    assert served.waits_for == READ | WRITE
    assert served.receive(len(b"20000\n") + SIZE) == b"%d\n" % SIZE + payload(1, SIZE)
    assert served.waits_for == READ


def test_a_closed_connection_reports_the_hashes_of_both_directions(
    served: Served,
) -> None:
    served.send(b"put 3\nabcget\nput 2\nd")
    served.send(b"e")
    served.receive(65 + len(b"20000\n") + SIZE + 65)
    served.far.close()
    served.on_event(READ)
    assert json.loads(os.read(served.said, 4096)) == {
        "event": "closed",
        "client": 1,
        "cut": 0,
        "joined": 2,
        "sent": SIZE,
        "sent_sha256": hashlib.sha256(payload(1, SIZE)).hexdigest(),
        "received": 5,
        "received_sha256": hashlib.sha256(b"abcde").hexdigest(),
    }


@pytest.mark.parametrize(("parts", "cut", "joined"), [((b"get\n", b"put 0\n"), 0, 0), ((b"ge", b"t\nput 1\nx"), 1, 1)])
def test_a_closed_connection_reports_how_its_requests_came(
    served: Served, parts: tuple[bytes, ...], cut: int, joined: int
) -> None:
    for part in parts:
        served.send(part)
    served.far.close()
    served.on_event(READ)
    told = json.loads(os.read(served.said, 4096))
    assert (told["cut"], told["joined"]) == (cut, joined)


def test_who_asks_and_never_reads_is_not_listened_to_until_it_reads(served: Served) -> None:
    requests = connection.MOST_ANSWERS
    served.send(b"get\n" * requests)
    assert served.waits_for == WRITE
    served.receive((len(b"20000\n") + SIZE) * requests)
    assert served.waits_for == READ


def test_a_chunk_full_of_requests_makes_no_more_answers_than_there_is_room_for(served: Served) -> None:
    served.far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * connection.CHUNK)
    served.send(b"get\n" * (connection.CHUNK // 4))
    assert len(served.connection.outgoing) <= connection.MOST_ANSWERS + 1


def test_all_of_a_chunk_of_requests_is_answered_in_the_end(served: Served) -> None:
    answers = b"".join(hashlib.sha256(b"%d" % (one % 10)).hexdigest().encode() + b"\n" for one in range(500))
    served.send(b"".join(b"put 1\n%d" % (one % 10) for one in range(500)))
    assert served.receive(len(answers)) == answers
    served.on_event(WRITE)
    assert served.waits_for == READ


def test_one_event_sends_a_bounded_number_of_bytes_although_the_socket_takes_more(generous: Served) -> None:
    generous.send(b"get\n" * 4)
    begun = len(generous.far.recv(8 * connection.MOST_SENT, socket.MSG_PEEK))
    assert 0 < begun <= connection.MOST_SENT
    assert generous.waits_for & WRITE


def test_one_event_reads_a_bounded_number_of_bytes_although_more_have_come(served: Served) -> None:
    served.far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 * connection.CHUNK)
    served.send(b"put 1000000\n" + bytes(2 * connection.CHUNK))
    assert served.connection.received is not None
    assert 0 < served.connection.received.count <= connection.CHUNK


def test_an_idle_connection_keeps_neither_buffers_nor_hashing_states(served: Served) -> None:
    served.send(b"put 0\n")
    idle = served.connection
    assert (idle.parser, idle.requests, idle.outgoing, idle.sent, idle.received) == (None, None, [], None, None)


def test_a_client_that_ends_only_its_sending_gets_the_rest_of_its_answers(served: Served) -> None:
    served.send(b"get\n")
    served.far.shutdown(socket.SHUT_WR)
    served.on_event(READ)
    assert served.waits_for == WRITE
    assert served.receive(len(b"20000\n") + SIZE) == b"%d\n" % SIZE + payload(1, SIZE)
    assert served.near.fileno() == -1


def test_a_wake_up_without_data_is_no_end(served: Served) -> None:
    served.on_event(READ)
    assert served.waits_for == READ


def test_a_connection_is_unregistered_before_its_descriptor_is_closed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptors: list[int] = []
    unregister = served.selector.unregister

    def recording(sock: socket.socket) -> selectors.SelectorKey:
        descriptors.append(sock.fileno())
        return unregister(sock)

    monkeypatch.setattr(served.selector, "unregister", recording)
    descriptor = served.near.fileno()
    served.far.close()
    served.on_event(READ)
    assert descriptors == [descriptor]
    assert served.near.fileno() == -1
    assert not served.selector.get_map()


def test_a_reset_ends_the_connection_and_is_not_raised(served: Served) -> None:
    served.send(b"get\n")
    served.far.close()
    served.on_event(WRITE)
    assert served.near.fileno() == -1


def test_a_selector_that_the_system_lacks_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(selectors, "EpollSelector")
    monkeypatch.setattr(sys, "argv", ["transfer", "--selector", "epoll", "--port", "0"])
    with pytest.raises(SystemExit) as raised:
        transfer.main()
    assert raised.value.code == 2
    assert "this system has no epoll; it has select, poll, default" in capsys.readouterr().err
