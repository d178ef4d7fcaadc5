"""Runs services as processes of this machine, where there is no container engine.

Each service is a session of its own on loopback, with its own directory, limits, and nothing inherited. Everything is
recorded before it runs, and found again by these records alone (local_machines.py).
"""

import atexit
import os
import platform
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from scenarios.engines.base import BuildProgress, Executed, Leftover, Limit, Sink
from scenarios.engines.local_machines import Machine, Machines
from scenarios.engines.local_network import Namespace, Network, new_namespace, prefix_into
from scenarios.engines.local_service import LocalService, environment
from scenarios.errors import EngineError, LabError, Unavailable
from scenarios.spec import Scenario, Service

EXECUTE_WITHIN = 60.0  # seconds, for one look or check
SHARED = "not isolated: the services run as you, on this machine's files and kernel, without limits of memory and pids"


class LocalEngine:
    """This machine as an engine."""

    name = "local"

    def __init__(self, state: Path | None = None, *, own_network: bool = True) -> None:
        """`state` is where machines are kept; without `own_network` none is tried for."""
        self.machines = Machines(state)
        self._lock = threading.Lock()
        self._tried: Namespace | None = None
        self._has_none = not own_network

    @property
    def version(self) -> str:
        """Python and kernel in one line."""
        kernel = ".".join(platform.release().split(".")[:2])
        python = f"{platform.python_implementation()} {platform.python_version()}"
        return f"local processes, {python}, {platform.system()} {kernel}"

    @property
    def not_isolated(self) -> str:
        """What a container would keep apart and this engine does not, in one sentence."""
        with self._lock:
            self._tried = self._new_namespace()
            own = self._tried is not None
        return f"{SHARED}; " + ("each run has a network of its own" if own else "servers take free ports of loopback")

    def take_namespace(self) -> Namespace | None:
        """A network for one run, which has to close it; None where there is none to be had."""
        with self._lock:
            namespace, self._tried = self._new_namespace(), None
        return namespace

    def _new_namespace(self) -> Namespace | None:
        """The one that was only tried, else a new one; a machine that allows none is not asked again."""
        if self._has_none:
            return None
        namespace = self._tried or new_namespace()
        self._has_none = namespace is None
        return namespace

    def platform(self, service: Service) -> str:
        """This machine's own for a Linux image: the programs for it are portable Python."""
        return sys.platform if service.image == "linux" else service.platform

    def hard_nofile(self) -> Limit | None:
        """This process's own, which the services inherit."""
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        if hard == resource.RLIM_INFINITY:
            return None
        return Limit(hard, "this process's own hard limit, ulimit -Hn")

    def prepare(self, services: Iterable[Service], progress: BuildProgress) -> None:  # noqa: ARG002 - other engines build
        """There is nothing to prepare; raises Unavailable for what needs more than a Python."""
        for service in services:
            if service.image == "windows":
                raise Unavailable(
                    f"{service.name} needs the Windows image, and the local engine has none: use --engine docker"
                )

    def open(self, scenario: Scenario, run: str, sink: Sink, keep: bool) -> "LocalSession":
        """A session; its services' processes stay after this one when `keep`."""
        return LocalSession(self, scenario, run, sink, keep)

    def leftovers(self) -> list[Leftover]:
        """One for each machine, of every checkout: a `process` while its program runs, then a `directory`."""
        return [_leftover(machine) for machine in self.machines.all()]

    def remove(self, leftovers: Iterable[Leftover]) -> None:
        """Ends the processes of these machines and deletes their directories."""
        names = {leftover.name for leftover in leftovers}
        self.machines.remove([machine for machine in self.machines.all() if machine.name in names])

    def execute_in(self, leftover: Leftover, command: Sequence[str]) -> int:
        """Runs the command in the service's directory and network, with this terminal.

        Raises EngineError when the machine is gone.
        """
        mine = [machine for machine in self.machines.all() if machine.run == leftover.run]
        machine = next((machine for machine in mine if machine.name == leftover.name), None)
        if machine is None:
            raise EngineError(f"{leftover.name} is gone")
        living = [program.pid for one in mine if (program := one.program) and program.lives]
        prefix = prefix_into(living[0]) if living else []
        with _ctrl_c_left_to_the_command():
            env = {**environment(machine), "TERM": os.environ.get("TERM", "dumb")}
            return subprocess.run([*prefix, *command], cwd=machine.tmp, env=env, check=False).returncode


def _leftover(machine: Machine) -> Leftover:
    program = machine.program
    kind = "process" if program and program.lives else "directory"
    return Leftover(kind, machine.name, machine.run, machine.service, machine.kept, machine.owner.lives)


@contextmanager
def _ctrl_c_left_to_the_command() -> Iterator[None]:
    """A handler that does nothing, not SIG_IGN: the command would inherit that."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class LocalSession:
    """The machines and the network of one run."""

    def __init__(self, engine: LocalEngine, scenario: Scenario, run: str, sink: Sink, keep: bool) -> None:
        """Nothing is created yet."""
        self._engine, self._scenario, self._run, self._sink, self._keep = engine, scenario, run, sink, keep
        self._machines: dict[str, Machine] = {}
        self._services: dict[str, LocalService] = {}
        self._network: Network | None = None
        self._lock = threading.Lock()
        self._closed = self._removed = False
        # Everything that creates runs here, so that an interrupted main thread leaves nothing half created: remove()
        # waits for it.
        self._workers = ThreadPoolExecutor(len(scenario.services) + 1)

    @property
    def removed(self) -> bool:
        """Whether everything was found and removed."""
        return self._removed

    def create(self) -> None:
        """Makes each service's directory and the network; where there are no namespaces, reserves a port."""
        self._work(self._create)

    def _work(self, job: Callable[[], None]) -> None:
        try:
            future = self._workers.submit(job)
        except RuntimeError as error:
            raise self._being_removed() from error
        try:
            future.result()
        except CancelledError as error:
            raise self._being_removed() from error

    def _being_removed(self) -> EngineError:
        return EngineError(f"the run {self._run} is being removed")

    def _create(self) -> None:
        for service in self._scenario.services:
            machine = self._engine.machines.make(self._run, service, self._keep)
            self._services[service] = LocalService(machine, self._sink)
            self._machines[service] = machine
        servers = sorted(self._scenario.awaited("ready"))
        self._network = Network(servers, self._engine.take_namespace())
        if self._keep:
            atexit.register(self._hand_over)

    def start(self, service: str) -> None:
        """Starts the program; its output is taken from the first byte."""
        self._work(lambda: self._start(self._scenario.services[service]))

    def _start(self, service: Service) -> None:
        network = self._network
        assert network is not None, "create() comes first"
        program = [service.module, *_arguments(service, network)]
        self._services[service.name].start(service.nofile, program, network.prefix)

    def send(self, service: str, data: bytes) -> None:
        """Writes to the program's standard input."""
        self._services[service].send(data)

    def execute(self, service: str, command: Sequence[str]) -> Executed:
        """Runs the command in the service's directory and network; raises EngineError when it takes too long."""
        with self._lock:
            if self._closed or self._network is None:
                raise self._being_removed()
            process = self._spawn(self._machines[service], [*self._network.prefix, *command])
        with process:
            try:
                stdout, stderr = process.communicate(timeout=EXECUTE_WITHIN)
            except BaseException as error:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise EngineError(f"looking into {service} took more than {EXECUTE_WITHIN:g} s") from error
                raise
        code = process.returncode
        return Executed(code if code >= 0 else 128 - code, stdout, stderr)

    def _spawn(self, machine: Machine, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                cwd=machine.tmp,
                env=environment(machine),
            )
        except OSError as error:
            raise EngineError(f"looking into {machine.service}: {error}") from error

    def read_logs(self, service: str) -> tuple[bytes, bytes]:
        """The two streams from the machine's files."""
        return self._services[service].read_log()

    def out_of_memory(self, service: str) -> bool:
        """Whether SIGKILL ended the program while the kernel counted a kill for want of memory."""
        return self._services[service].out_of_memory

    def _hand_over(self) -> None:
        for service in self._services.values():
            service.hand_over()

    def remove(self) -> None:
        """Waits for what is being started, then ends and removes everything by the records.

        What cannot be removed keeps its record, for the next command.
        """
        with self._lock:
            self._closed = True
        self._workers.shutdown(wait=True, cancel_futures=True)
        atexit.unregister(self._hand_over)
        machines = self._engine.machines
        with suppress(LabError, OSError):
            machines.remove([machine for machine in machines.all() if machine.run == self._run])
            self._removed = True
        for service in self._services.values():
            service.close()
        if self._network:
            self._network.close()


def _arguments(service: Service, network: Network) -> list[str]:
    """A program's arguments with addresses for the names of the servers that it depends on, and where to listen."""
    servers = {name for name, condition in service.depends_on.items() if condition == "ready"}
    arguments = [network.addresses[word] if word in servers else word for word in service.args]
    if service.name in network.addresses:
        arguments += ["--host", network.addresses[service.name]]
    if network.port and (servers or service.name in network.addresses):
        arguments += ["--port", str(network.port)]
    return arguments
