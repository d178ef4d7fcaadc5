"""The probes of one run: one in each container, started early in those of servers, and the room for its processes."""

import threading
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from docker.errors import APIError

from scenarios.definition.scenario import PORT
from scenarios.engines.base import Executed
from scenarios.engines.docker import machines
from scenarios.engines.docker.client import Clients
from scenarios.engines.docker.errors import translated
from scenarios.engines.docker.probe import Probe
from scenarios.engines.isolation_check import Attempts, HostListener, outer_addresses
from scenarios.errors import LabFailure, Unavailable


@dataclass
class _Inside:
    """The lab's probe in one container; the lock is held while something is started there."""

    container: str
    exact: int  # how many processes it may have: its program's and the lab's own
    running: bool = False  # whether the program may have started
    roomy: bool = False  # whether there is room for commands
    lock: threading.Lock = field(default_factory=threading.Lock)
    early: Future[None] | None = None
    probe: Probe | None = None
    attempts: Attempts | None = None


class Probes:
    """Everything that the lab asks from inside its containers while programs run."""

    def __init__(self, clients: Clients, network: str) -> None:
        self._clients, self._network = clients, network
        self._inside: dict[str, _Inside] = {}
        self._lock = threading.Lock()
        self._listener: HostListener | None = None

    def expect(self, service: str, container: str, pids_limit: int, early: bool) -> int:
        """How many processes to create a container with; `early`: `begin` follows, before the program starts."""
        inside = self._inside[service] = _Inside(container, pids_limit + machines.own_processes(early))
        return max(inside.exact, machines.TO_START)

    def begin(self, service: str, executor: Executor) -> None:
        """Starts, in the background, the probe of a container whose program has not started."""
        self._inside[service].early = executor.submit(self._begin, service)

    def _begin(self, service: str) -> None:
        self._probe(service)
        # If the attempt fails, the error is raised when the result is asked for.
        with suppress(LabFailure):
            if self._clients.on_this_host:
                self._attempt(service)

    def before_start(self, service: str) -> None:
        """Returns once the program may start: the probe is there, and leaves exactly the program's own room.

        Raises EngineError or EngineGone.
        """
        inside = self._inside[service]
        self._wait(inside)
        with translated(f"starting {service}"), inside.lock, self._clients.lent() as api:
            inside.running = True
            if inside.exact < machines.TO_START:
                machines.limit_processes(api, inside.container, inside.exact)

    def _wait(self, inside: _Inside) -> None:
        """Until what was begun is done, or failed: then the next request says why."""
        if inside.early is not None:
            with suppress(LabFailure):
                inside.early.result()

    def snapshot(self, service: str, pid: int) -> dict[str, int]:
        """As Session.snapshot; raises EngineError or EngineGone."""
        with translated(f"looking into {service}"):
            return self._probe(service).numbers(f"snapshot {pid}")

    def quick_sample(self, service: str, pid: int) -> dict[str, int]:
        """As Session.quick_sample; nothing where no probe runs yet."""
        probe = self._inside[service].probe
        return {} if probe is None or probe.broken else probe.numbers(f"sample {pid} {PORT}")

    def _probe(self, service: str) -> Probe:
        inside = self._inside[service]
        with inside.lock:
            if inside.probe is None or inside.probe.broken:
                with translated(f"looking into {service}"), self._clients.lent() as api:
                    inside.probe = self._new(api, service, inside)
            return inside.probe

    def _new(self, api: Any, service: str, inside: _Inside) -> Probe:
        """If a running program may have left no room for it, there is more while it starts."""
        if not inside.running or inside.roomy:
            return Probe(api, inside.container, service)
        if inside.early is None:
            inside.exact += machines.OF_PROBE
        machines.limit_processes(api, inside.container, inside.exact + machines.TO_START)
        probe = Probe(api, inside.container, service)
        machines.limit_processes(api, inside.container, inside.exact)
        return probe

    def run(self, service: str, command: Sequence[str], within: float) -> Executed:
        """Runs a command; raises EngineError, also when it takes more than `within` seconds, or EngineGone."""
        with translated(f"looking into {service}"):
            probe = self._probe(service)
            self._make_room(service, probe)
            return probe.run(command, within)

    def mark(self, service: str, line: str) -> None:
        """As Session.mark; raises EngineError or EngineGone."""
        with translated(f"marking what {service} wrote"):
            self._probe(service).ask(f"mark {line.encode().hex()}")

    def _make_room(self, service: str, probe: Probe) -> None:
        """For commands, which come once the run is over: the program's own limit must not stop them."""
        inside = self._inside[service]
        with inside.lock, self._clients.lent() as api:
            if not inside.roomy and probe.room() < machines.TO_START:
                with suppress(APIError):  # Where it cannot be done, the command itself says what is wrong.
                    machines.limit_processes(api, inside.container, inside.exact + machines.FOR_COMMANDS)
                    inside.roomy = True

    def hosts_reached(self, service: str) -> Sequence[str]:
        """The addresses of this host that answered from inside the container; raises LabFailure, or Unavailable."""
        if not self._clients.on_this_host:
            raise Unavailable("whether services of the engine's host answer cannot be tried on an engine elsewhere")
        self._wait(self._inside[service])
        attempts = self._inside[service].attempts or self._attempt(service)
        assert self._listener is not None, "an attempt made it"
        return self._listener.reached(attempts)

    def _attempt(self, service: str) -> Attempts:
        with translated(f"trying to reach this host from {service}"), self._clients.lent() as api:
            addresses = dict.fromkeys([*gateways(api.inspect_network(self._network)), *outer_addresses()])
            with self._lock:
                self._listener = self._listener or HostListener()
            connect = " ".join(["connect", str(self._listener.port), *addresses])
            attempts = self._inside[service].attempts = Attempts.under_way(self._probe(service).ask(connect))
        return attempts

    def close(self) -> None:
        for inside in self._inside.values():
            if inside.probe is not None:
                inside.probe.close()
        if self._listener is not None:
            self._listener.close()


def gateways(network: dict[str, Any]) -> list[str]:
    """Where the host would be in a network, from the engine's description of it.

    An engine that gives the host no address there may name no gateway; then it would be the network's first address.
    """
    configured = network["IPAM"]["Config"] or []
    return [one.get("Gateway") or str(next(ip_network(one["Subnet"]).hosts())) for one in configured]
