"""One run on the local engine: its machines, its network and its services."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

from scenarios.definition.scenario import Scenario, Service, Stream
from scenarios.engines.base import EXECUTE_WITHIN, Executed, NotRemoved, Sink, most_bytes
from scenarios.engines.creation import Creation
from scenarios.engines.isolation_check import Attempts, HostListener, own_addresses
from scenarios.engines.local.network import Namespace, Network
from scenarios.engines.local.process_registry import Machine, Machines
from scenarios.engines.local.service import LocalService, environment
from scenarios.errors import EngineError, LabError, LabFailure, Unavailable
from scenarios.system import proc_probe
from scenarios.system.signals import result_of

# Begins connections from within a run's network.
CONNECT = (sys.executable, "-I", "-S", proc_probe.__file__)


class LocalSession:
    """The machines and the network of one run."""

    def __init__(
        self,
        machines: Machines,
        take_namespace: Callable[[], Namespace | None],
        scenario: Scenario,
        run: str,
        sink: Sink,
        keep: bool,
    ) -> None:
        """Creates nothing yet; `take_namespace` gives the run's network, or None for this machine's own."""
        self._all_machines, self._take_namespace = machines, take_namespace
        self._scenario, self._run, self._sink, self._keep = scenario, run, sink, keep
        self._machines: dict[str, Machine] = {}
        self._services: dict[str, LocalService] = {}
        self._network: Network | None = None
        self._lock = threading.Lock()
        self._closed = self._removed = False
        # Everything is created in these threads, and remove() waits for them: an interrupted main thread leaves nothing
        # half created.
        self._creation = Creation(run)
        self._workers = ThreadPoolExecutor(len(scenario.services) + 1)

    @property
    def removed(self) -> bool:
        return self._removed

    def create(self) -> None:
        """Creates each service's directory, and the network or, without a namespace, a port; loads the programs."""
        self._work(self._create)

    def _work(self, job: Callable[[], None]) -> None:
        try:
            future = self._workers.submit(self._creating, job)
        except RuntimeError as error:
            raise self._being_removed() from error
        try:
            result_of(future)
        except CancelledError as error:
            raise self._being_removed() from error

    def _creating(self, job: Callable[[], None]) -> None:
        with self._creation.under_way():
            job()

    def _being_removed(self) -> EngineError:
        return EngineError(f"the run {self._run} is being removed")

    def _create(self) -> None:
        for service, one in self._scenario.services.items():
            machine = self._all_machines.make(self._run, service, self._keep)
            self._services[service] = LocalService(machine, self._sink, most_bytes(one))
            self._machines[service] = machine
        self._network = Network(sorted(self._scenario.services), self._take_namespace())
        self._network.set_sysctls(dict(one for s in self._scenario.services.values() for one in s.sysctls.items()))
        for one in self._scenario.services.values():
            self._stand(one, self._network)

    def start(self, service: str) -> None:
        self._work(self._services[service].start)

    def _stand(self, service: Service, network: Network) -> None:
        program = [service.module, *service.arguments(network.addresses)]
        address = network.addresses[service.name]
        self._services[service.name].stand(service, program, network.prefix, address)

    def send(self, service: str, data: bytes) -> None:
        self._services[service].send(data)

    def execute(self, service: str, command: Sequence[str]) -> Executed:
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

    def mark(self, service: str, line: str) -> None:
        """After what is in the program's pipe."""
        self._services[service].mark(line)

    def snapshot(self, service: str, pid: int) -> Mapping[str, int]:
        """Read by the lab itself: a program's processes belong to the same kernel and user."""
        if not Path(proc_probe.PROC, "self").exists():
            raise Unavailable(f"{service} cannot be looked at: this machine has no {proc_probe.PROC}")
        try:
            return proc_probe.snapshot(pid)
        except OSError as error:
            raise EngineError(f"{service} cannot be looked at: {error.filename}: {error.strerror}") from error

    def quick_sample(self, service: str, pid: int) -> Mapping[str, int]:
        seen = proc_probe.quick_sample(pid)
        sockets = self._network.sockets(service) if self._network else None
        return seen | {"sockets": sockets} if seen and sockets is not None else seen

    def log(self, service: str, stream: Stream) -> Iterator[bytes]:
        return self._services[service].read_log(stream)

    def hosts_reached(self, service: str) -> Sequence[str]:
        """Those of this machine's addresses at which the lab itself answers.

        Raises Unavailable where the run has no network of its own, LabFailure when it cannot be tried.
        """
        if self._network is None or not self._network.is_its_own:
            raise Unavailable(
                f"whether this machine answers {service} cannot be tried: the services share this machine's network"
            )
        with closing(HostListener()) as listener:
            addresses = sorted({*own_addresses(), "127.0.0.1"})
            done = self.execute(service, [*CONNECT, str(listener.port), *addresses])
            if done.exit_status:
                why = done.stderr.decode(errors="replace").strip() or done.exit_status
                raise LabFailure(f"whether this machine answers {service} could not be tried: {why}")
            return listener.reached(Attempts.under_way(done.stdout.decode().splitlines()))

    def out_of_memory(self, service: str) -> bool:
        """Whether SIGKILL ended the program while the kernel counted a kill because memory ran out."""
        return self._services[service].out_of_memory

    def leave(self) -> None:
        """Detaches from the programs; their network lives as long as they do. Raises EngineError."""
        with self._lock:
            self._closed = True
        self._workers.shutdown(wait=True)
        for service in self._services.values():
            service.leave()
        if self._network:
            self._network.close()

    def remove(self) -> Sequence[NotRemoved]:
        """Waits for what is being started, then ends and removes everything by the records.

        A thing that cannot be removed keeps its record: the next command tries again, and says why it stays.
        """
        with self._lock:
            self._closed = True
        self._creation.end()
        self._workers.shutdown(wait=True, cancel_futures=True)
        with suppress(LabError, OSError):
            machines = self._all_machines
            machines.remove([machine for machine in machines.all() if machine.run == self._run])
            self._removed = True
        for service in self._services.values():
            service.close()
        if self._network:
            self._network.close()
        return ()
