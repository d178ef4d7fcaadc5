"""One run on the local engine: its machines, its network, and what runs in them."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress

from scenarios.engines.base import EXECUTE_WITHIN, Executed, Sink, Stream
from scenarios.engines.local import host, look
from scenarios.engines.local.machines import Machine, Machines
from scenarios.engines.local.network import Namespace, Network
from scenarios.engines.local.service import LocalService, environment
from scenarios.errors import EngineError, LabError, Unavailable
from scenarios.scenario import Scenario, Service


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
        """Nothing is created yet; `take_namespace` gives the run's network, or None for this machine's own."""
        self._all_machines, self._take_namespace = machines, take_namespace
        self._scenario, self._run, self._sink, self._keep = scenario, run, sink, keep
        self._machines: dict[str, Machine] = {}
        self._services: dict[str, LocalService] = {}
        self._network: Network | None = None
        self._lock = threading.Lock()
        self._closed = self._removed = False
        # Everything that creates runs here, and remove() waits for it: an interrupted main thread leaves nothing half
        # created.
        self._workers = ThreadPoolExecutor(len(scenario.services) + 1)

    @property
    def removed(self) -> bool:
        """Whether everything was found and removed."""
        return self._removed

    def create(self) -> None:
        """Makes each service's directory, and the network or, without a namespace, a port; loads the programs."""
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
            machine = self._all_machines.make(self._run, service, self._keep)
            self._services[service] = LocalService(machine, self._sink)
            self._machines[service] = machine
        self._network = Network(sorted(self._scenario.services), self._take_namespace())
        for one in self._scenario.services.values():
            self._stand(one, self._network)

    def start(self, service: str) -> None:
        """Gives the program its turn; its output is taken from the first byte."""
        self._work(self._services[service].start)

    def _stand(self, service: Service, network: Network) -> None:
        program = [service.module, *service.arguments(network.addresses)]
        address = network.addresses[service.name]
        self._services[service.name].stand(service, program, network.prefix, address)

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

    def mark(self, service: str, line: str) -> None:
        """Behind what is in the program's pipe."""
        self._services[service].mark(line)

    def look(self, service: str, pid: int) -> str:
        """Read from /proc by the lab itself: a program's processes are of its own kernel and user."""
        return look.text(service, pid)

    def glance(self, service: str, pid: int) -> str:
        """By the lab itself, whose own thread it takes."""
        return look.glance(pid, self._network.sockets(service) if self._network else None)

    def log(self, service: str, stream: Stream) -> Iterator[bytes]:
        """A stream from the machine's file; raises EngineError."""
        return self._services[service].read_log(stream)

    def hosts_reached(self, service: str) -> Sequence[str]:
        """Those of this machine's addresses at which the lab itself answers.

        Raises Unavailable where the run has no network of its own, LabFailure when it cannot be tried.
        """
        if self._network is None or not self._network.is_its_own:
            raise Unavailable(f"whether this machine answers {service} cannot be tried: {host.SHARED}")
        return host.reached(lambda command: self.execute(service, command))

    def out_of_memory(self, service: str) -> bool:
        """Whether SIGKILL ended the program while the kernel counted a kill for want of memory."""
        return self._services[service].out_of_memory

    def leave(self) -> None:
        """Leaves the programs to themselves; their network lives as long as they do. Raises EngineError."""
        with self._lock:
            self._closed = True
        self._workers.shutdown(wait=True)
        for service in self._services.values():
            service.leave()
        if self._network:
            self._network.close()

    def remove(self) -> None:
        """Waits for what is being started, then ends and removes everything by the records.

        What cannot be removed keeps its record, for the next command.
        """
        with self._lock:
            self._closed = True
        self._workers.shutdown(wait=True, cancel_futures=True)
        with suppress(LabError, OSError):
            machines = self._all_machines
            machines.remove([machine for machine in machines.all() if machine.run == self._run])
            self._removed = True
        for service in self._services.values():
            service.close()
        if self._network:
            self._network.close()
