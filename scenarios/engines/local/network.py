"""The network of a local run: a namespace of its own where this machine allows one, else free ports of loopback.

A namespace is held by descriptors of the lab alone, without a name or a mount. It ends with the lab and with the
processes in it.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from scenarios.definition.scenario import PORT, Address
from scenarios.engines.local import unshare
from scenarios.errors import EngineError
from scenarios.system.proc_probe import SocketCounter

KINDS = ("user", "net")
LINUX = sys.platform == "linux"
ENTER_WITHIN = 10  # seconds, for two commands that do next to nothing


class Namespace:
    """A network namespace, and its user namespace where it has one, held open by this process."""

    def __init__(self, pid: int, netlink: int | None = None) -> None:
        """Opens the namespaces of process `pid` that are not the lab's own; raises OSError when it has ended.

        `netlink` is the descriptor of a netlink socket that was made in that network.
        """
        self.sockets = SocketCounter(netlink)
        self._descriptors: dict[str, int] = {}
        for kind in _other_kinds(pid):
            self._descriptors[kind] = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)

    @property
    def prefix(self) -> list[str]:
        """The words before a command that make it run inside."""
        return _nsenter({kind: f"/proc/{os.getpid()}/fd/{number}" for kind, number in self._descriptors.items()})

    def close(self) -> None:
        """Closes it; the namespace ends with the last process in it."""
        self.sockets.close()
        for kind in list(self._descriptors):
            os.close(self._descriptors.pop(kind))


def new_namespace() -> Namespace | None:
    """A network of its own with loopback up; None where the machine does not allow one or nsenter is missing."""
    if not LINUX or not shutil.which("nsenter"):
        return None
    with suppress(OSError):
        namespace = _take()
        if namespace and _can_be_entered(namespace):
            return namespace
        if namespace:
            namespace.close()
    return None


def _take() -> Namespace | None:
    """A helper process creates it: only a process with a single thread may enter a user namespace."""
    command = [sys.executable, "-I", "-S", unshare.__file__]
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen(
            command, stdin=theirs.fileno(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        theirs.close()
        with process as helper, ours:  # it ends once ours is closed
            if helper.stdout is None or helper.stdout.readline().strip() != unshare.READY:
                return None
            return Namespace(helper.pid, _handed_over(ours))


def _handed_over(ours: socket.socket) -> int | None:
    """The descriptor of the netlink socket that the helper sent before it was ready; None when it sent none."""
    ours.setblocking(False)
    with suppress(BlockingIOError):
        _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
        return descriptors[0] if descriptors else None
    return None


def _can_be_entered(namespace: Namespace) -> bool:
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            [*namespace.prefix, "true"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=ENTER_WITHIN,
            check=False,
        )
        return done.returncode == 0
    return False


def prefix_into(pid: int) -> list[str]:
    """The words before a command that make it run in the network of process `pid`; none when it has none of its own."""
    try:
        return _nsenter({kind: f"/proc/{pid}/ns/{kind}" for kind in _other_kinds(pid)})
    except OSError:
        return []


def _other_kinds(pid: int) -> list[str]:
    """The kinds of namespace in which `pid` is not in the lab's own."""
    own, other = Path("/proc/self/ns"), Path(f"/proc/{pid}/ns")
    if not own.is_dir():
        return []
    return [kind for kind in KINDS if (own / kind).readlink() != (other / kind).readlink()]


def _nsenter(files: dict[str, str]) -> list[str]:
    """With a user namespace nsenter would become its root, which is not mapped, hence `--preserve-credentials`."""
    if not files:
        return []
    return ["nsenter", "--preserve-credentials", *(f"--{kind}={file}" for kind, file in files.items()), "--"]


def sysctl_file(name: str) -> Path:
    """The file of a sysctl, such as `net.core.somaxconn`; there is none if the kernel has no such sysctl."""
    return Path("/proc/sys", *name.split("."))


class Network:
    """The addresses of one run's services: each has its own."""

    def __init__(self, services: Sequence[str], namespace: Namespace | None) -> None:
        """Reserves ports on the machine's own loopback without a namespace; raises EngineError."""
        self._namespace = namespace
        self._reserved: list[socket.socket] = []
        # All of 127.0.0.0/8 is loopback on Linux; elsewhere there is 127.0.0.1 alone, and the port tells them apart.
        hosts = {name: f"127.0.0.{number if LINUX else 1}" for number, name in enumerate(services, 1)}
        try:
            ports = {name: PORT if namespace else self._reserve(host) for name, host in hosts.items()}
        finally:
            if not LINUX:
                self._let_go()
        self.addresses = {name: Address(host, ports[name]) for name, host in hosts.items()}
        self._sockets = namespace.sockets if namespace else SocketCounter.of_this_network()

    @property
    def is_its_own(self) -> bool:
        """Whether the run has a network namespace of its own."""
        return self._namespace is not None

    @property
    def prefix(self) -> list[str]:
        """The words before a command that make it run in this network."""
        return self._namespace.prefix if self._namespace else []

    def set_sysctls(self, sysctls: Mapping[str, str]) -> None:
        """Sets sysctls of this network, by their names with dots; only root may. Raises EngineError."""
        for name, value in sysctls.items():
            if self._namespace is None:
                raise EngineError(f"{name} cannot be set: the run has no network of its own")
            file = str(sysctl_file(name))
            command = [*self._namespace.prefix, "sh", "-c", 'printf %s "$1" >"$2"', "sysctl", value, file]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if done.returncode:
                raise EngineError(f"{name} cannot be set to {value!r}: {done.stderr.strip()}")

    def sockets(self, service: str) -> int | None:
        """How many TCP sockets of the service's address programs have; None where it cannot be known."""
        address = self.addresses[service]
        return self._sockets.count(address.port, address.host)

    def _reserve(self, host: str) -> int:
        """Takes a free port.

        On Linux a server with SO_REUSEADDR may listen where another socket with it is only bound, and the kernel gives
        such a port to no socket that asks for any. So the port stays reserved until the run ends. On other systems the
        reservation ends once all ports are chosen.
        """
        bound = socket.socket()
        self._reserved.append(bound)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((host, 0))
        except OSError as error:
            self._let_go()
            raise EngineError(f"no port of {host} is free: {error.strerror}") from error
        return int(bound.getsockname()[1])

    def _let_go(self) -> None:
        while self._reserved:
            self._reserved.pop().close()

    def close(self) -> None:
        """Releases everything; a second call does nothing."""
        self._let_go()
        self._sockets.close()
        if self._namespace:
            self._namespace.close()
