"""Runs services as processes of this machine, where there is no container engine.

Each service is a session of its own on loopback, with its own directory and limits, and inherits nothing. Everything is
recorded before it runs, and found again by these records alone (process_registry.py).
"""

import os
import platform
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from scenarios.definition.scenario import Scenario, Service
from scenarios.engines.base import Leftover, Limit, NotRemoved, Sink, too_few_processors
from scenarios.engines.local.network import Namespace, new_namespace, prefix_into, sysctl_file
from scenarios.engines.local.process_registry import Machine, Machines
from scenarios.engines.local.service import environment, processors
from scenarios.engines.local.session import LocalSession
from scenarios.errors import EngineError

SHARED = "not isolated: services run as you and can read your files; memory and processes are not limited"


class LocalEngine:
    """This machine as an engine."""

    name = "local"
    # The system limits memory and processes per user, not per service.
    limits = frozenset({"nofile", "cpu_count"})

    def __init__(self, state: Path | None = None, *, own_network: bool = True) -> None:
        """`state` is the registry's directory; without `own_network` runs use this machine's network."""
        self.machines = Machines(state)
        self._lock = threading.Lock()
        self._tried: Namespace | None = None
        self._has_none = not own_network

    @property
    def version(self) -> str:
        kernel = ".".join(platform.release().split(".")[:2])
        python = f"{platform.python_implementation()} {platform.python_version()}"
        return f"local processes, {python}, {platform.system()} {kernel}"

    @property
    def not_isolated(self) -> str:
        with self._lock:
            self._tried = self._new_namespace()
            own = self._tried is not None
        return f"{SHARED}; " + ("each run has a network of its own" if own else "servers take free ports of loopback")

    def take_namespace(self) -> Namespace | None:
        """A network for one run, which has to close it; None where this machine allows none."""
        with self._lock:
            namespace, self._tried = self._new_namespace(), None
        return namespace

    def _new_namespace(self) -> Namespace | None:
        """The one that `not_isolated` created, else a new one; a machine that allows none is not asked again."""
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

    # Its services need nothing but this Python.
    images = None

    def information(self) -> None:
        """Nothing: `doctor` examines this machine itself."""

    def unable(self, services: Iterable[Service]) -> str | None:
        """Why a service needs more than a Python and this machine's kernel."""
        services = list(services)
        for service in services:
            if service.image == "windows":
                return f"{service.name} needs the Windows image, and the local engine has none: use --engine docker"
            if service.cpu_count is not None and not processors():
                return f"{service.name} needs a limit of processors, and {sys.platform} has none"
        return too_few_processors(services, len(processors())) or self._sysctls_refused(services)

    def _sysctls_refused(self, services: Iterable[Service]) -> str | None:
        """Why the services' sysctls cannot be set. All services of a run share its one network."""
        given = {(key, value) for service in services for key, value in service.sysctls.items()}
        names = sorted(key for key, _ in given)
        if not names:
            return None
        if missing := next((key for key in names if not sysctl_file(key).exists()), None):
            return f"this kernel has no {missing}"
        if os.geteuid() != 0:
            return f"on the local engine only root can set sysctls, such as {names[0]}: use --engine docker"
        if len(set(names)) < len(names):
            twice = next(key for key in names if names.count(key) > 1)
            return f"on the local engine all services of a run share one network, and they set {twice} differently"
        with self._lock:
            self._tried = self._new_namespace()
            own = self._tried is not None
        return None if own else "sysctls need a network of the run's own, and this machine allows none"

    def open(
        self,
        scenario: Scenario,
        run: str,
        sink: Sink,
        keep: bool,
        image_ids: Mapping[str, str],  # noqa: ARG002 - there are none here
    ) -> LocalSession:
        """A session; with `keep` its services' processes outlive this one."""
        return LocalSession(self.machines, self.take_namespace, scenario, run, sink, keep)

    def leftovers(self) -> list[Leftover]:
        """One for each machine of every checkout: a `process` while its program runs, then a `directory`.

        Raises EngineError when the records cannot be read.
        """
        return [_leftover(machine) for machine in self.machines.all()]

    def remove(
        self,
        leftovers: Iterable[Leftover],
        patient: bool = True,  # noqa: ARG002 - processes are given their time in any case
    ) -> list[NotRemoved]:
        """Ends the processes of these machines and deletes their directories; returns those that stay."""
        things = {leftover.name: leftover for leftover in leftovers}
        mine = [machine for machine in self.machines.all() if machine.name in things]
        try:
            self.machines.remove(mine)
        except EngineError as error:
            stay = {machine.name for machine in self.machines.all()}
            return [NotRemoved(thing, str(error)) for name, thing in things.items() if name in stay]
        return []

    def execute_in(self, leftover: Leftover, command: Sequence[str]) -> int:
        """Runs the command in the service's directory and network, with this terminal.

        Raises EngineError when the machine no longer exists.
        """
        mine = [machine for machine in self.machines.all() if machine.run == leftover.run]
        machine = next((machine for machine in mine if machine.name == leftover.name), None)
        if machine is None:
            raise EngineError(f"{leftover.name} no longer exists")
        living = [program.pid for one in mine if (program := one.program) and program.lives]
        prefix = prefix_into(living[0]) if living else []
        with _ctrl_c_left_to_the_command():
            env = {**environment(machine), "TERM": os.environ.get("TERM", "dumb")}
            return subprocess.run([*prefix, *command], cwd=machine.tmp, env=env, check=False).returncode


def _leftover(machine: Machine) -> Leftover:
    program = machine.program
    kind = "process" if program and program.lives else "directory"
    return Leftover(kind, machine.name, machine.run, machine.service, machine.kept, machine.owner_lives)


@contextmanager
def _ctrl_c_left_to_the_command() -> Iterator[None]:
    """With a handler that does nothing; the command would inherit SIG_IGN."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
