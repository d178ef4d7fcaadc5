"""Support for outcome checks: TCP sockets, counters and sysctls, as the kernel shows them inside a machine.

`host` is a testinfra host.
"""

from dataclasses import dataclass
from typing import Any

from scenarios.errors import EvidenceError

# proc_net_tcp(5): the columns of /proc/net/tcp, and its numbers of states.
LOCAL, REMOTE, STATE, QUEUES = 1, 2, 3, 4
STATES = {"01": "ESTABLISHED", "06": "TIME_WAIT", "08": "CLOSE_WAIT", "0A": "LISTEN"}
COUNTERS = ("/proc/net/snmp", "/proc/net/netstat")


@dataclass(frozen=True)
class TcpSocket:
    """A TCP socket over IPv4. Addresses are as the kernel writes them; `state` is a name of STATES, or a number.

    `queued` counts bytes that the program has not read, or for a listener connections that it has not accepted.
    """

    state: str
    local: str
    local_port: int
    remote: str
    remote_port: int
    queued: int


def tcp_sockets(host: Any) -> list[TcpSocket]:
    """All of the machine's network; raises EvidenceError. On the local engine the services of a run share one."""
    return [_socket(line.split()) for line in _text(host, "/proc/net/tcp").splitlines()[1:]]


def _socket(fields: list[str]) -> TcpSocket:
    (local, local_port), (remote, remote_port) = fields[LOCAL].split(":"), fields[REMOTE].split(":")
    queued = int(fields[QUEUES].partition(":")[2], 16)
    state = STATES.get(fields[STATE], fields[STATE])
    return TcpSocket(state, local, int(local_port, 16), remote, int(remote_port, 16), queued)


def counter(host: Any, name: str) -> int | None:
    """A counter of TCP, such as PassiveOpens (RFC 2012) or ListenOverflows (netstat(8)); None if there is none."""
    lines = [line.split() for line in host.run(f"cat {' '.join(COUNTERS)}").stdout.splitlines()]
    for names, values in zip(lines[::2], lines[1::2], strict=False):
        if name in names:
            return int(values[names.index(name)])
    return None


def sysctl(host: Any, name: str) -> list[str]:
    """The words of a sysctl as it holds there; raises EvidenceError."""
    return _text(host, f"/proc/sys/{name.replace('.', '/')}").split()


def _text(host: Any, file: str) -> str:
    done = host.run("cat %s", file)
    if done.rc:
        raise EvidenceError(f"{file} cannot be read inside: {done.stderr.strip() or done.rc}")
    return str(done.stdout)
