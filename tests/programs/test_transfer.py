"""The transfer server and its clients as real processes: correct under every cut, dying exactly where theory says."""

import contextlib
import hashlib
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labs.programs.clients.transfer_tally import shares
from labs.programs.protocol import payload
from scenarios.families.hostile_clients import theory
from scenarios.theory import descriptors
from tests.programs.process import run, serving

# Real processes take their time; fast tests are others.
pytestmark = pytest.mark.side_by_side

SIZE = 300_000


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server's port."""
    with serving("servers.transfer", "--size", str(SIZE)) as (ready, _):
        yield ready["port"]


@pytest.fixture
def connection(port: int) -> Iterator[socket.socket]:
    """A connection to it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        yield sock


def received(sock: socket.socket, count: int) -> bytes:
    """Exactly so many bytes."""
    data = b""
    while len(data) < count and (part := sock.recv(count - len(data))):
        data += part
    return data


def line(sock: socket.socket) -> bytes:
    """One line."""
    data = b""
    while not data.endswith(b"\n") and (part := sock.recv(1)):
        data += part
    return data


def digest(data: bytes) -> bytes:
    """The answer to an upload."""
    return hashlib.sha256(data).hexdigest().encode() + b"\n"


def test_requests_that_come_in_one_segment_are_answered_in_order(connection: socket.socket) -> None:
    connection.sendall(b"put 3\n123get\nput 0\nput 4\nget\n")
    assert line(connection) == digest(b"123")
    assert line(connection) == b"%d\n" % SIZE
    assert received(connection, SIZE) == payload(1, SIZE)
    assert line(connection) == digest(b"")
    assert line(connection) == digest(b"get\n")


def test_a_request_may_come_byte_by_byte(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in b"put 2\nhi":
        connection.sendall(bytes([byte]))
    assert line(connection) == digest(b"hi")


def queued(server: int, client: int) -> tuple[int, int]:
    """Bytes that the kernel holds of a connection for the server: not yet acknowledged, and not yet read."""
    for row in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        _, local, remote, _, queues, *_ = row.split()
        if (int(local.split(":")[1], 16), int(remote.split(":")[1], 16)) == (server, client):
            sending, receiving = queues.split(":")
            return int(sending, 16), int(receiving, 16)
    raise AssertionError("there is no such connection")


def at_rest(look: Callable[[], tuple[int, int]]) -> tuple[int, int]:
    """What a look says once it has said the same for half a second."""
    said, since = look(), time.monotonic()
    while time.monotonic() < since + 0.5:
        time.sleep(0.02)
        now = look()
        said, since = now, since if now == said else time.monotonic()
    return said


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc/net/tcp")
def test_the_kernel_holds_little_of_a_client_who_asks_for_ever_and_never_reads(connection: socket.socket) -> None:
    connection.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while connection.send(b"get\n" * 10_000):
            time.sleep(0.001)
    server, client = connection.getpeername()[1], connection.getsockname()[1]
    sending, receiving = at_rest(lambda: queued(server, client))
    bound = theory.DOUBLED * theory.KERNEL_BUFFER
    assert 0 < sending <= bound
    assert 0 < receiving <= bound


def test_a_slow_reader_with_a_small_buffer_gets_every_byte(port: int) -> None:
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(10)
        sock.connect(("127.0.0.1", port))
        sock.sendall(b"get\n" * 20)
        for _ in range(20):
            assert line(sock) == b"%d\n" % SIZE
            assert hashlib.sha256(received(sock, SIZE)).digest() == hashlib.sha256(payload(1, SIZE)).digest()


@pytest.mark.parametrize("request_line", [b"post 5\n", b"put five\n", b"x" * 100])
def test_a_wrong_request_closes_its_own_connection_and_no_other(
    port: int, connection: socket.socket, request_line: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wrong:
        wrong.sendall(request_line)
        assert line(wrong).startswith(b"error ")
        assert wrong.recv(1) == b""
    connection.sendall(b"put 0\n")
    assert line(connection) == digest(b"")


def test_a_client_learns_why_its_request_was_wrong_although_it_went_on_sending(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wrong:
        wrong.sendall(b"put five\n" + b"get\n" * 2_000_000)
        assert line(wrong) == b"error the size after 'put' is not a number\n"
        assert wrong.recv(1) == b""


def test_an_upload_takes_no_memory_of_its_own() -> None:
    def peak(pid: int) -> int:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])

    piece = bytes(1_000_000)
    with (
        serving("servers.transfer") as (ready, process),
        socket.create_connection(("127.0.0.1", ready["port"]), timeout=10) as sock,
    ):
        before = peak(process.pid)
        sock.sendall(b"put 64000000\n")
        for _ in range(64):
            sock.sendall(piece)
        assert line(sock) == digest(piece * 64)
        assert peak(process.pid) - before < 8_000  # kB


def test_a_client_that_leaves_in_the_middle_harms_no_other(port: int, connection: socket.socket) -> None:
    import struct

    for _ in range(5):
        leaving = socket.create_connection(("127.0.0.1", port), timeout=10)
        leaving.sendall(b"get\nput 100000\nhalf")
        # Closing with this option resets the connection instead of ending it.
        leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        leaving.close()
    connection.sendall(b"put 0\n")
    assert line(connection) == digest(b"")


def test_uploads_and_downloads_at_the_same_time_do_not_wait_for_each_other(connection: socket.socket) -> None:
    """The answer is larger than both sockets' buffers, so a server that only wrote would never read the upload."""
    upload = payload(7, 2_000_000)
    sender = threading.Thread(target=connection.sendall, args=(b"get\n" * 10 + b"put %d\n" % len(upload) + upload,))
    sender.start()
    for _ in range(10):
        assert line(connection) == b"%d\n" % SIZE
        received(connection, SIZE)
    assert line(connection) == digest(upload)
    sender.join()


def loaded(ready: dict[str, object], clients: int, *arguments: str) -> tuple[int, Callable[[str], dict[str, object]]]:
    """Runs the client program; returns its status, and a function that finds its last event of a name."""
    status, events = run(
        "clients.transfer", "--port", str(ready["port"]), "--clients", str(clients), "--size", "4KiB", *arguments
    )
    return status, lambda name: next(event for event in reversed(events) if event["event"] == name)


@pytest.mark.parametrize("model", ["threads", "epoll"])
@pytest.mark.parametrize("selector", ["select", "poll", "epoll"])
def test_five_hundred_clients_are_served_by_every_selector(model: str, selector: str) -> None:
    with serving("servers.transfer", "--selector", selector, "--size", "4KiB") as (ready, _):
        status, event = loaded(ready, 500, "--model", model)
    assert status == 0
    assert event("connected")["clients"] == event("finished")["served"] == 500


@pytest.mark.parametrize(
    ("selector", "nofile", "clients", "last_line"),
    [
        ("epoll", 64, 59, "OSError: [Errno 24] Too many open files"),
        ("poll", 64, 60, "OSError: [Errno 24] Too many open files"),
        ("select", 4096, 1020, "ValueError: filedescriptor out of range in select()"),
    ],
)
def test_the_server_dies_at_the_client_that_theory_names(
    selector: str, nofile: int, clients: int, last_line: str
) -> None:
    with serving("servers.transfer", "--selector", selector, nofile=nofile) as (ready, process):
        assert ready["nofile"] == nofile
        server = descriptors.Server(selector, "linux", nofile, int(ready["descriptors"]))
        served, kind, text, _ = descriptors.first_limit(server, 1100)
        assert (served, f"{kind}: {text}") == (clients, last_line)
        status, event = loaded(ready, 1100, "--model", "epoll")
        assert process.stderr is not None
        stderr = process.stderr.read()
    assert ready["descriptors"] == descriptors.open_before_first_client(selector)
    assert status == 1
    assert (event("connected")["clients"], event("refused")["client"]) == (served, served + 1)
    assert stderr.splitlines()[-1] == last_line


def test_a_client_waits_at_its_checkpoints_only_when_the_lab_asks_for_it() -> None:
    with serving("servers.transfer", "--size", "4KiB") as (ready, _):
        arguments = ("clients.transfer", "--port", str(ready["port"]), "--clients", "3", "--size", "4KiB")
        status, events = run(*arguments, stdin="continue\n" * 3, IOLAB_CHECKPOINTS="1")
        assert status == 0
        assert [event["event"] for event in events if event.get("checkpoint")] == ["ready", "connected", "halfway"]
        assert run(*arguments)[0] == 0


@pytest.mark.parametrize("model", ["threads", "epoll"])
def test_where_no_server_listens_the_first_client_is_refused(model: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    status, event = loaded({"port": port}, 3, "--model", model)
    assert status == 1
    assert (event("refused")["client"], event("refused")["error"]) == (1, "ConnectionRefusedError")
    assert event("connected")["clients"] == event("finished")["admitted"] == 0


def test_a_client_notices_a_payload_that_is_not_the_servers() -> None:
    with serving("servers.transfer", "--size", "4KiB", "--seed", "2") as (ready, _):
        status, event = loaded(ready, 3)
    assert status == 1
    assert event("finished")["served"] == 0
    assert [failure["error"] for failure in event("finished")["failures"]] == ["Mismatch"] * 3  # type: ignore[attr-defined]


def test_the_seconds_that_a_share_of_the_clients_took_at_most() -> None:
    assert shares([4.0, 1.0, 3.0, 2.0]) == {"50 %": 2.0, "90 %": 4.0, "99 %": 4.0, "100 %": 4.0}
    assert shares([]) == {}
