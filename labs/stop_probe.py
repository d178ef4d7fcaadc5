"""Probes how a server stops: SIGTERM comes while four clients are connected, two in the middle of a message.

For the checks of exercises. The lab looks at the bytes that come back, and at the exit status that the engine reports.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from testinfra.host import Host

from labs.idle_probe import server_address
from scenarios.errors import EvidenceError, OutOfTime, Unavailable
from scenarios.judging.waiting import Look
from scenarios.results.evidence import ServiceEvidence
from scenarios.results.sample import Sample

CLIENTS, WITHIN, PAUSE = 4, 15.0, 0.05
# Seconds in which idle clients must cause at most so many voluntary context switches.
IDLE, MOST_WAKES = 1.0, 4
# A server that spins uses at least this share of a processor, even on a busy machine.
SPINNING = 0.3
# Four clients: an idle one, one within a message, one that does not read a long answer, and one that comes last. After
# SIGTERM the first sees the end of its connection; a second later the others send and read the rest.
CONVERSATION = """
import json, select, socket, sys, time
address, within, said = (sys.argv[1], int(sys.argv[2])), float(sys.argv[3]), json.loads(sys.argv[4])
said = {key: one.encode("latin-1") if isinstance(one, str) else one for key, one in said.items()}
found = {"answered": False}
def opened(room=0):
    sock = socket.socket()
    if room:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    sock.settimeout(within)
    sock.connect(address)
    return sock
def asked(data, expected):
    sock = opened()
    sock.sendall(data)
    back = b""
    while len(back) < len(expected):
        part = sock.recv(len(expected) - len(back))
        if not part:
            raise ConnectionResetError
        back += part
    return sock
def rest(sock, unsent, expected, until):
    back, end = bytearray(), "open"
    while time.monotonic() < until:
        readable, writable, _ = select.select([sock], [sock] if unsent else [], [], 1)
        try:
            if writable:
                unsent = unsent[sock.send(unsent):]
            if readable:
                data = sock.recv(65536)
                if not data:
                    end = "end"
                    break
                back += data
        except OSError as error:
            end = type(error).__name__
            break
    return {"whole": back == expected, "bytes": len(back), "expected": len(expected), "end": end}
try:
    idle = asked(said["message"], said["answer"])
    inside = asked(said["first"], said["after_first"])
    left, expected = said["long"] * said["times"] + said["tail"], said["long_answer"] * said["times"] + said["tail"]
    slow = opened(4096)
    slow.setblocking(False)
    while left and select.select([], [slow], [], 0.5)[1]:
        left = left[slow.send(left):]
    select.select([slow], [], [], within)
    last = asked(said["message"], said["answer"])
except OSError as error:
    print(json.dumps(found))
    sys.exit()
found["answered"] = True
found["idle"] = rest(idle, b"", b"", time.monotonic() + within)
if found["idle"]["end"] != "open":
    time.sleep(1)
    try:
        socket.create_connection(address, 3).close()
        found["refused"] = False
    except TimeoutError:
        found["refused"] = False
    except OSError:
        found["refused"] = True
until = time.monotonic() + within
found["within"] = rest(inside, said["second"], said["after_second"], until)
slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
found["slow"] = rest(slow, left, expected, until + 1)
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Messages:
    """The requests of the clients, and the answers, as latin-1 text.

    A whole message; a message in two parts, of which the `second` is sent after SIGTERM; and a long one, which is
    `long` so many times and then `tail`. Its answer is `long_answer` so many times and then `tail`.
    """

    message: str
    answer: str
    first: str
    after_first: str
    second: str
    after_second: str
    long: str
    long_answer: str
    times: int
    tail: str = ""


@dataclass(frozen=True)
class Stop:
    """Results of the four clients, the exit status (None: it still runs), and samples from before SIGTERM and after."""

    found: dict[str, Any]
    exit_status: int | None
    idle: tuple[Sample | None, Sample | None] = (None, None)
    after: tuple[Sample | None, Sample | None] = (None, None)

    def check_answers_beside_a_slow_client(self) -> None:
        if not self.found["answered"]:
            self._require_time()
        assert self.found["answered"], (
            "one client does not read its long answer: the others were expected to be answered all the same, "
            f"and within {WITHIN:g} s they were not"
        )

    def check_idle_clients_cost_nothing(self) -> None:
        before, after = self.idle
        if before is None or after is None or before.voluntary is None or after.voluntary is None:
            raise Unavailable("the server ended too early, or this machine does not count context switches")
        wakes = after.voluntary - before.voluntary
        assert wakes <= MOST_WAKES, (
            f"four clients did nothing for {IDLE:g} s: at most {MOST_WAKES} wake-ups were expected, "
            f"and the server woke {wakes} times"
        )

    def check_whole(self, which: str) -> None:
        """The client `within` its message, or the `slow` one, got all of its answer."""
        seen = self._seen(which)
        if not seen["whole"]:
            self._require_time()
        assert seen["whole"], (
            f"after SIGTERM, the rest of the answer was expected by the client that was {WHICH[which]}: "
            f"{seen['expected']} bytes; {seen['bytes']} came, and the connection was then: {seen['end']}"
        )

    def check_end(self, which: str) -> None:
        seen = self._seen(which)["end"]
        if seen == "open":
            self._require_time()
        assert seen == "end", (
            f"the client that was {WHICH[which]} was expected to see the end of its connection, and it was: {seen}"
        )

    def check_refuses(self) -> None:
        self._seen("idle")
        if "refused" not in self.found:
            raise Unavailable("the server did not stop, as another check says")
        assert self.found["refused"], (
            "a second after SIGTERM, a new client was expected to be refused, and it could connect"
        )

    def check_exit_status(self) -> None:
        self._seen("idle")
        if self.exit_status is None:
            self._require_time()
        assert self.exit_status is not None, (
            "after the last message, the server was expected to exit with status 0, and it still runs"
        )
        assert self.exit_status == 0, (
            f"exit status 0 was expected, and it is {self.exit_status} (128 + n: signal n killed the server)"
        )

    def _seen(self, which: str) -> dict[str, Any]:
        if not self.found["answered"]:
            raise Unavailable("the server did not answer, as another check says")
        seen: dict[str, Any] = self.found[which]
        return seen

    def _require_time(self) -> None:
        """Raises OutOfTime if the server still has work to do, and got too little of the processor for it."""
        before, later = self.after
        if before is None or later is None or not later.waits or later.main_wait().call != "running":
            return
        if later.cpu_seconds - before.cpu_seconds < SPINNING * IDLE:
            raise OutOfTime("this machine is too busy: the server had not finished when the check gave up")


WHICH = {"idle": "between two messages", "within": "within a message", "slow": "slow to read"}


def stop_server(
    server: ServiceEvidence,
    machine: Callable[[str], Host],
    look: Look,
    exit_status: Callable[[str], int | None],
    messages: Messages,
) -> Stop:
    """Connects four clients, sends SIGTERM to the server, and returns what followed.

    Raises Unavailable if the server had ended before, and EvidenceError or OutOfTime if the lab cannot tell.
    """
    if server.exit_status is not None:
        raise Unavailable("the server has ended before SIGTERM")
    port, full = str(server.said("ready")["port"]), server.sampled("ready").descriptors + CLIENTS
    address = server_address(machine, port)
    words = address, port, str(WITHIN), json.dumps(asdict(messages))
    with ThreadPoolExecutor(1) as pool:
        clients = pool.submit(machine("client").run, "python3 -c %s %s %s %s %s", CONVERSATION, *words)
        _await_clients(look, full, clients.done)
        idle = _look_twice(look) if not clients.done() else (None, None)
        # A supervisor may send the signal twice.
        machine("server").run(f"kill -TERM {server.pid}; sleep 0.3; kill -TERM {server.pid} 2>/dev/null")
        done = clients.result()
    if done.rc:
        raise EvidenceError(f"the lab's own clients could not look: {done.stderr.strip()[-200:]}")
    until = time.monotonic() + WITHIN / 3
    while (status := exit_status("server")) is None and time.monotonic() < until:
        time.sleep(PAUSE)
    return Stop(json.loads(done.stdout), status, idle, (None, None) if status is not None else _look_twice(look))


def _await_clients(look: Look, descriptors: int, over: Callable[[], bool]) -> None:
    """Returns when the server has so many descriptors open, or when the clients have given up."""
    until = time.monotonic() + 3 * WITHIN
    while time.monotonic() < until and not over():
        sample = look("server")
        if sample is None or sample.descriptors >= descriptors:
            return
        time.sleep(PAUSE)


def _look_twice(look: Look) -> tuple[Sample | None, Sample | None]:
    time.sleep(PAUSE)
    first = look("server")
    time.sleep(IDLE)
    return first, look("server")
