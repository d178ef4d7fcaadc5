"""The nine echo servers as real processes: they serve the hostile too, and keep nothing of who has gone."""

import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios import places
from scenarios.theory.mechanisms import MECHANISMS
from tests.programs.process import run, serving

# Real processes take their time; fast tests are others.
pytestmark = pytest.mark.side_by_side

MIB = 1024**2
# Far more than any server and two sockets' buffers may keep of one client that never reads.
FAR_TOO_MUCH = 64 * MIB


@pytest.fixture(params=sorted(MECHANISMS))
def server(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """The port and the process id of each server."""
    with serving(f"servers.echo_{request.param}") as (ready, process):
        yield ready["port"], process.pid


def connected(port: int) -> socket.socket:
    """A client that was admitted."""
    sock = socket.create_connection(("127.0.0.1", port), 20)
    sock.sendall(b"?")
    assert sock.recv(1) == b"?"
    return sock


def left(pid: int) -> tuple[int, int, int]:
    """The server's descriptors, threads and children, those not reaped among them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task")), len(children)  # noqa: PTH208


def sent_until_blocked(sock: socket.socket) -> int:
    """How many bytes a client can send that reads nothing."""
    sock.settimeout(0.5)
    count = 0
    try:
        while count < FAR_TOO_MUCH:
            count += sock.send(bytes(64 * 1024))
    except TimeoutError:
        pass
    return count


def test_who_never_reads_is_not_read_from_and_gets_everything_once_he_does(server: tuple[int, int]) -> None:
    port, _ = server
    with connected(port) as greedy:
        count = sent_until_blocked(greedy)
        assert count < FAR_TOO_MUCH
        with connected(port):  # others are served all the while
            pass
        greedy.settimeout(20)
        greedy.shutdown(socket.SHUT_WR)
        back = 0
        while part := greedy.recv(MIB):
            back += len(part)
        assert back == count


def test_clients_that_reset_end_and_leave_nothing_behind(server: tuple[int, int]) -> None:
    port, pid = server
    before = left(pid)
    for _ in range(20):
        sock = connected(port)
        sock.sendall(bytes(1000))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    with connected(port):
        pass
    until = time.monotonic() + 20
    while left(pid) != before and time.monotonic() < until:
        time.sleep(0.05)
    assert left(pid) == before


def test_the_client_finds_every_byte_of_a_hundred_kilobytes_come_back(server: tuple[int, int]) -> None:
    port, _ = server
    status, events = run("clients.echo", "--port", str(port), "--clients", "5", "--size", "100KiB")
    assert status == 0
    assert (events[-1]["served"], events[-1]["echoed"]) == (5, 5 * (100 * 1024 + len("client n")) + len("still"))


UNHEARD = """
import os, signal, time
from labs.programs.servers.echo_fork import reap
signal.signal(signal.SIGALRM, reap)
children = []
for _ in range(2):
    children.append(os.fork())
    if children[-1] == 0:
        signal.pause()
first, second = children
os.kill(first, signal.SIGKILL)
os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
reap(signal.SIGCHLD, None)
os.kill(second, signal.SIGKILL)  # nobody hears of it
until = time.monotonic() + 20
while time.monotonic() < until:
    try:
        os.waitid(os.P_PID, second, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    except ChildProcessError:
        print("gone")
        break
"""


def test_a_child_whose_end_the_forking_server_does_not_hear_of_is_reaped_after_the_others() -> None:
    done = subprocess.run([sys.executable, "-c", UNHEARD], cwd=places.ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "gone\n"), done.stderr
