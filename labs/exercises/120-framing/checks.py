"""Checks of this exercise: however the bytes of many clients are cut and mixed, each gets the answers to its requests.

The lab connects from the client's machine. Between two parts it is answered on another connection, so that the server,
which is one thread, has read each part before the next one comes.
"""

import json
import random
from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from labs.idle_clients import Idle, rest
from scenarios.errors import EvidenceError, Unavailable
from scenarios.judging.quantities import Json
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence

SCRIPT = """
import hashlib, json, os, random, socket, sys, time
host, port, seed, what = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
PATIENCE, draw = 15, random.Random(seed)

def connect():
    sock = socket.create_connection((host, port), PATIENCE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock

def exactly(sock, size):
    came = b""
    while len(came) < size:
        part = sock.recv(size - len(came))
        if not part:
            raise ConnectionError("the server closed the connection")
        came += part
    return came

def has_been_read():
    for _ in range(2):
        other.sendall(b"get 00000001")
        exactly(other, 1)

def request(has):
    if draw.random() < 0.4:
        size = draw.randint(1, len(has))
        return b"get %08d" % size, has[:size]
    # A body may look like requests.
    body = draw.choice([b"", b"put 00000003get", b"get 00000002" * 3, draw.randbytes(draw.randint(1, 3000))])
    return b"put %08d" % len(body) + body, b"%d\\n%s\\n" % (len(body), hashlib.sha256(body).hexdigest().encode())

def parts(stream):
    while stream:
        size = draw.choice([1, 3, 11, 12, 13, 500, 4000])
        yield stream[:size]
        stream = stream[size:]

def cut():
    first = connect()
    first.sendall(b"get 00003000")
    has, clients = exactly(first, 3000), []
    for _ in range(5):
        asked = [request(has) for _ in range(5)]
        clients.append((connect(), parts(b"".join(one for one, _ in asked)), b"".join(one for _, one in asked)))
    sending = list(clients)
    while sending:
        sock, left, _ = client = draw.choice(sending)
        part = next(left, None)
        if part is None:
            sending.remove(client)
            continue
        sock.sendall(part)
        has_been_read()
    return sum(exactly(sock, len(wanted)) == wanted for sock, _, wanted in clients), len(clients)

def halves():
    held = [connect(), connect()]
    held[0].sendall(b"put 000")
    held[1].sendall(b"put 00000900" + b"x" * 450)
    has_been_read()
    if os.fork():
        os._exit(0)
    os.setsid()
    os.closerange(0, 3)
    time.sleep(20)

try:
    other = connect()
    if what == "cut":
        right, clients = cut()
        print(json.dumps(["answered", right, clients]))
    else:
        print(json.dumps(["held", 0, 0]), flush=True)
        halves()
except TimeoutError:
    print(json.dumps(["no answer", 0, 0]))
except OSError as error:
    print(json.dumps([str(error), 0, 0]))
"""


@pytest.fixture(scope="session")
def tried(
    evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]
) -> Callable[[str], list[Json]]:
    """A function that runs SCRIPT in the client's machine, and returns what it printed."""
    right = evidence.services["right"]
    if right.exit_status is not None or set(measured["right"].values()) != {"answered"}:
        pytest.skip("the clients of the scenario did not get their answers")
    # On one machine, each server listens at an address of its own. On several, at all of them.
    listening = machine("right").run("ss -Hltnp").stdout.splitlines()
    address = next((line.split()[3] for line in listening if f"pid={right.pid}," in line), "0.0.0.0:0")
    host, port = address.partition(":")[0].replace("0.0.0.0", "right"), str(right.said("ready")["port"])

    def run(what: str) -> list[Json]:
        done = machine("client").run("python3 -c %s %s %s %s %s", SCRIPT, host, port, str(random.random()), what)
        if done.rc:
            raise EvidenceError(f"the check's own client failed: {done.stderr.strip()[-200:]}")
        return list(json.loads(done.stdout.splitlines()[-1]))

    return run


@pytest.fixture(scope="session")
def cut(tried: Callable[[str], list[Json]], look: Look) -> list[Json]:
    result = tried("cut")
    if result[0] == "no answer":
        rest(look, 0, 0, "right")  # raises OutOfTime if the server had no time to answer
    return result


@pytest.fixture(scope="session")
def half(tried: Callable[[str], list[Json]], look: Look) -> Idle:
    """The server's behaviour while it has half a head of one client and half a body of another."""
    if tried("halves")[0] != "held":
        raise Unavailable("the server does not answer, as another check says")
    return rest(look, 0, 0, "right")


def test_any_cut_of_the_stream_gives_the_same_answers(cut: list[Json]) -> None:
    outcome, right, clients = cut
    assert outcome == "answered", f"each request was expected to be answered, however it was cut; seen: {outcome}"
    assert right == clients, f"{clients} clients sent their requests in random parts, and {right} got the right answers"


def test_half_a_request_costs_nothing(half: Idle) -> None:
    assert half.rests, (
        f"the server was expected to sleep while the rest of two requests is missing; within {half.seconds:.1f} s it "
        f"woke {half.wakes} times and took {half.cpu_seconds:.2f} s of CPU time"
    )
