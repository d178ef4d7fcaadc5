"""A client that asks a server for ever more and reads nothing, for the checks of exercises."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from testinfra.host import Host

from labs.idle_probe import server_address
from scenarios.errors import EvidenceError, OutOfTime
from scenarios.judging.waiting import Look
from scenarios.results.evidence import ServiceEvidence
from scenarios.results.sample import Sample

WITHIN = 10.0  # seconds in which another client must be answered
# What the kernel may hold of requests that the server does not read (starting.KERNEL_BUFFER, doubled, and the client's
# own buffer), with what it reads at once. A server without a high-water mark reads much more.
MOST_REQUESTS, ENOUGH_REQUESTS = 1024**2, 4 * 1024**2
# A client asks for ever more, and reads nothing. When nothing of it is taken for a second, or enough is, another client
# asks. Prints how many bytes of requests were taken, and whether the other one was answered.
READS_NOTHING = """
import json, select, socket, sys
address, enough, within = (sys.argv[1], int(sys.argv[2])), int(sys.argv[3]), float(sys.argv[4])
slow, taken = socket.socket(), 0
for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
    slow.setsockopt(socket.SOL_SOCKET, buffer, 4096)
slow.settimeout(within)
slow.connect(address)
slow.sendall(b"get\\n")
select.select([slow], [], [], within)
slow.setblocking(False)
try:
    while taken < enough and select.select([], [slow], [], 1)[1]:
        taken += slow.send(b"get\\n" * 4096)
except OSError:
    pass  # the server closes clients that ask for too much
other = socket.create_connection(address, within)
try:
    other.sendall(b"put 0\\n")
    answered = bool(other.recv(1))
except OSError:
    answered = False
print(json.dumps([taken, answered]))
"""


@dataclass(frozen=True)
class Silent:
    """How many bytes of requests were taken of the client, whether another one was answered meanwhile, and a sample of
    the server afterwards. Each check raises AssertionError if it does not hold, and OutOfTime on a busy machine.
    """

    taken: int
    answered: bool
    after: Sample | None

    def check_another_is_answered(self) -> None:
        if not self.answered:
            self._require_time()
        assert self.answered, (
            "a client asked for many long answers and read nothing: another client was expected to be answered within "
            f"{WITHIN:g} s, and it was not"
        )

    def check_is_not_read(self) -> None:
        if self.answered and self.taken <= MOST_REQUESTS:
            self._require_time()
        assert self.taken <= MOST_REQUESTS, (
            f"a client read nothing and asked for ever more: the server was expected to stop reading it, and took "
            f"{self.taken} bytes of requests; the buffers of the kernel hold at most {MOST_REQUESTS}"
        )

    def _require_time(self) -> None:
        if self.after is not None and self.after.main_wait().call == "running":
            raise OutOfTime("this machine is too busy: the server still worked when the check gave up")


def read_nothing(server: ServiceEvidence, machine: Callable[[str], Host], look: Look) -> Silent:
    """Connects such a client to a running server of labs/programs/protocol.py; raises EvidenceError."""
    port = str(server.said("ready")["port"])
    words = server_address(machine, port), port, str(ENOUGH_REQUESTS), str(WITHIN)
    done = machine("client").run("python3 -c %s %s %s %s %s", READS_NOTHING, *words)
    if done.rc:
        raise EvidenceError(f"the lab's own clients could not look: {done.stderr.strip()[-200:]}")
    taken, answered = json.loads(done.stdout)
    return Silent(taken, answered, look(server.name))
