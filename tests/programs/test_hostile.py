"""Hostile clients against the transfer server: each behaviour alone, and all of them beside well-behaved clients."""

import contextlib
import hashlib
import json
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labs.programs.clients.hostile_behaviours import BEHAVIOURS
from labs.programs.clients.hostile_peer import Peer, Steps
from labs.programs.protocol import NOTHING, payload
from labs.programs.servers import connection
from tests.programs.process import ENVIRONMENT, command, run, serving

# Real processes take their time; fast tests are others.
pytestmark = pytest.mark.side_by_side

SIZE = 300_000


@pytest.fixture(scope="module", params=["select", "poll", "epoll"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[dict[str, Any], int]]:
    """A server's ready event and its pid."""
    with serving("servers.transfer", "--selector", request.param, "--size", str(SIZE)) as (ready, process):
        yield ready, process.pid


def descriptors(pid: int) -> int:
    """How many descriptors a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def memory(pid: int, key: str) -> int:
    """A line of a process's status, in bytes."""
    return 1024 * int(re.findall(rf"{key}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[0])


def until(reached: Callable[[], bool]) -> None:
    """Returns once it is so."""
    deadline = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_served(port: int) -> None:
    """An honest client gets what it asks for."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock, sock.makefile("rb") as stream:
        sock.sendall(b"get\n")
        assert stream.readline() == b"%d\n" % SIZE
        assert stream.read(SIZE) == payload(1, SIZE)
        sock.sendall(b"put 3\nabc")
        assert stream.readline() == hashlib.sha256(b"abc").hexdigest().encode() + b"\n"


def test_there_are_twenty_behaviours_each_with_a_name_of_its_own() -> None:
    assert len({behaviour.__name__ for behaviour in BEHAVIOURS}) == len(BEHAVIOURS) == 20


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.__name__)
def test_a_hostile_client_leaves_the_server_serving_and_without_its_descriptors(
    server: tuple[dict[str, Any], int], behaviour: Callable[[Peer], Steps]
) -> None:
    ready, pid = server
    peers = [Peer(("127.0.0.1", ready["port"])) for _ in range(3)]
    steps = [behaviour(peer) for peer in peers]
    for _ in range(10):
        for one in steps:
            with contextlib.suppress(ConnectionError):  # The server may end a connection that is hostile.
                next(one, None)
    is_served(ready["port"])
    for peer in peers:
        peer.reset()
    until(lambda: descriptors(pid) == ready["descriptors"])
    assert not any(peer.refused for peer in peers)


@pytest.mark.parametrize("selector", ["select", "poll", "epoll"])
def test_well_behaved_clients_lose_nothing_beside_all_hostile_ones(selector: str) -> None:
    with serving("servers.transfer", "--selector", selector) as (ready, process):
        begun = memory(process.pid, "VmRSS")
        to = ("--to-port", str(ready["port"]), "--host", "127.0.0.1", "--port", "0")
        with subprocess.Popen(
            command("clients.hostile", *to, "--each", "2"), stdout=subprocess.PIPE, env=ENVIRONMENT, text=True
        ) as hostile:
            assert hostile.stdout is not None
            attacking = json.loads(hostile.stdout.readline())
            assert (attacking["event"], attacking["behaviours"], attacking["clients"]) == ("ready", 20, 40)
            status, events = run("clients.transfer", "--port", str(ready["port"]), "--clients", "10")
            assert hostile.poll() is None
            peace, _ = run("clients.end_attack", "--port", str(attacking["port"]))
            finished = json.loads(hostile.stdout.readline())
        assert (status, events[-1]["served"], events[-1]["failures"]) == (0, 10, [])
        assert (peace, hostile.returncode) == (0, 0)
        assert (finished["event"], finished["refused"], finished["settled"]) == ("finished", 0, True)
        assert finished["behaviours"].keys() == {behaviour.__name__ for behaviour in BEHAVIOURS}
        until(lambda: descriptors(process.pid) == ready["descriptors"])
        peers = attacking["clients"] * 21 + 10  # One of the behaviours has twenty connections and more.
        assert memory(process.pid, "VmHWM") - begun < peers * connection.KEPT


def test_an_attack_whose_server_dies_says_so_and_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    status, events = run("clients.hostile", "--to-port", str(port), "--port", "0", "--each", "1", "--seconds", "0.2")
    assert status == 1
    assert events[-1]["settled"] is False
    assert events[-1]["error"] == "ConnectionRefusedError"
    assert events[-1]["refused"] > 0


def test_a_hundred_clients_that_ask_and_never_read_take_little_memory() -> None:
    with serving("servers.transfer") as (ready, process):
        begun = memory(process.pid, "VmRSS")
        peers = [Peer(("127.0.0.1", ready["port"])) for _ in range(100)]
        for peer in peers:
            peer.connect()
            peer.push(b"get\n" * (connection.CHUNK // 4))
        with socket.create_connection(("127.0.0.1", ready["port"]), timeout=20) as sock:
            sock.sendall(b"put 0\n")
            assert sock.recv(100).decode() == NOTHING + "\n"
        assert memory(process.pid, "VmHWM") - begun < 100 * connection.KEPT
        for peer in peers:
            peer.reset()


def test_an_idle_client_takes_less_than_a_kilobyte() -> None:
    with serving("servers.transfer") as (ready, process):
        begun = memory(process.pid, "VmRSS")
        peers = [Peer(("127.0.0.1", ready["port"])) for _ in range(2000)]
        for peer in peers:
            peer.connect()
        until(lambda: descriptors(process.pid) == ready["descriptors"] + len(peers))
        assert memory(process.pid, "VmRSS") - begun < len(peers) * connection.KEPT_IDLE
        for peer in peers:
            peer.reset()
