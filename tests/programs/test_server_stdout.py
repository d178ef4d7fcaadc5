"""The transfer server when nobody takes what it says: clients are served all the same, and nothing is lost."""

import json
import os
import socket

import pytest

from labs.programs.protocol import NOTHING
from tests.programs.process import serving

# Real processes take their time; fast tests are others.
pytestmark = pytest.mark.side_by_side

CLIENTS = 600  # Each is told of in more than 200 bytes, so all together are twice what a pipe holds.


def serve_all(port: int) -> None:
    """Each client is answered, and sees its connection's end."""
    for _ in range(CLIENTS):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
            sock.sendall(b"put 0\n")
            assert sock.recv(100).decode() == NOTHING + "\n"
            sock.shutdown(socket.SHUT_WR)
            assert sock.recv(1) == b""


def test_a_stdout_that_nobody_reads_holds_no_client_up_and_is_complete_in_the_end() -> None:
    with serving("servers.transfer", reading=False) as (ready, process):
        serve_all(ready["port"])
        assert process.stdout is not None
        events = [json.loads(process.stdout.readline()) for _ in range(CLIENTS)]
    assert [event["client"] for event in events] == list(range(1, CLIENTS + 1))


def test_a_stdout_that_is_closed_holds_no_client_up() -> None:
    with serving("servers.transfer", reading=False) as (ready, process):
        assert process.stdout is not None
        process.stdout.close()
        serve_all(ready["port"])
        assert process.poll() is None


def test_a_server_that_dies_says_what_waited_to_a_reader_who_was_slow() -> None:
    with serving("servers.transfer", "--selector", "epoll", reading=False, nofile=64) as (ready, process):
        serve_all(ready["port"])
        too_many = [socket.create_connection(("127.0.0.1", ready["port"]), timeout=20) for _ in range(60)]
        assert process.stdout is not None
        lines = process.stdout.readlines()
        assert process.stderr is not None
        assert process.stderr.readlines()[-1] == "OSError: [Errno 24] Too many open files\n"
        for sock in too_many:
            sock.close()
    assert len(lines) == CLIENTS


def test_the_server_opens_no_descriptor_to_say_its_events() -> None:
    with serving("servers.transfer", "--selector", "epoll", reading=False) as (ready, process):
        serve_all(ready["port"])
        assert len(os.listdir(f"/proc/{process.pid}/fd")) == ready["descriptors"] == 5  # noqa: PTH208 - as in programs
