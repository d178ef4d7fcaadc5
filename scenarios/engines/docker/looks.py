"""The lab inside one run's containers: a Looker in each, started early where that is foreseen, and the room for its
processes.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from docker.errors import APIError

from scenarios.engines.base import Executed
from scenarios.engines.docker import machines
from scenarios.engines.docker.client import Clients
from scenarios.engines.docker.errors import translated
from scenarios.engines.docker.looker import Looker
from scenarios.engines.docker.reach import Begun, Reach, gateways, outer_addresses
from scenarios.errors import LabFailure, Unavailable
from scenarios.scenario import PORT


@dataclass
class _Inside:
    """What the lab has in one container; the lock is held while something is begun there."""

    container: str
    exact: int  # how many processes it may have: its program's and the lab's own
    running: bool = False  # whether the program may have started
    roomy: bool = False  # whether there is room for commands
    lock: threading.Lock = field(default_factory=threading.Lock)
    early: Future[None] | None = None
    looker: Looker | None = None
    begun: Begun | None = None


class Looks:
    """Everything that the lab asks from inside its containers while programs run."""

    def __init__(self, clients: Clients, network: str) -> None:
        """There are no containers yet."""
        self._clients, self._network = clients, network
        self._inside: dict[str, _Inside] = {}
        self._lock = threading.Lock()
        self._reach: Reach | None = None

    def expect(self, service: str, container: str, pids_limit: int, early: bool) -> int:
        """How many processes to create a container with; `early`: `begin` follows, before the program starts."""
        inside = self._inside[service] = _Inside(container, pids_limit + machines.own_processes(early))
        return max(inside.exact, machines.TO_START)

    def begin(self, service: str, executor: Executor) -> None:
        """Starts, in the background, what looks into a container whose program has not started."""
        self._inside[service].early = executor.submit(self._begin, service)

    def _begin(self, service: str) -> None:
        self._looker(service)
        # What is wrong with the attempt is said when somebody asks for it.
        with suppress(LabFailure):
            if self._clients.on_this_host:
                self._attempt(service)

    def before_start(self, service: str) -> None:
        """What has to be done before a program may start: the lab's own process is there, and only its own room left.

        Raises EngineError or EngineGone.
        """
        inside = self._inside[service]
        self._wait(inside)
        with translated(f"starting {service}"), inside.lock, self._clients.lent() as api:
            inside.running = True
            if inside.exact < machines.TO_START:
                machines.limit_processes(api, inside.container, inside.exact)

    def _wait(self, inside: _Inside) -> None:
        """Until what was begun stands, or failed: then a look says why."""
        if inside.early is not None:
            with suppress(LabFailure):
                inside.early.result()

    def look(self, service: str, pid: int) -> str:
        """What run/samples.py reads of a process; raises EngineError or EngineGone."""
        with translated(f"looking into {service}"):
            return self._looker(service).look(pid)

    def glance(self, service: str, pid: int) -> str:
        """Of a process, by the lab's own in the container if that is there already; else nothing."""
        looker = self._inside[service].looker
        return "" if looker is None or looker.broken else looker.ask(f"glance {pid} {PORT}")

    def _looker(self, service: str) -> Looker:
        inside = self._inside[service]
        with inside.lock:
            if inside.looker is None or inside.looker.broken:
                with translated(f"looking into {service}"), self._clients.lent() as api:
                    inside.looker = self._new(api, service, inside)
            return inside.looker

    def _new(self, api: Any, service: str, inside: _Inside) -> Looker:
        """A program that runs already may have left no room for it: then there is more, while it starts."""
        if not inside.running or inside.roomy:
            return Looker(api, inside.container, service)
        if inside.early is None:
            inside.exact += machines.OF_LOOKER
        machines.limit_processes(api, inside.container, inside.exact + machines.TO_START)
        looker = Looker(api, inside.container, service)
        machines.limit_processes(api, inside.container, inside.exact)
        return looker

    def run(self, service: str, command: Sequence[str], within: float) -> Executed:
        """Has a command run; raises EngineError, also when it takes more than `within` seconds, or EngineGone."""
        with translated(f"looking into {service}"):
            looker = self._looker(service)
            self._make_room(service, looker)
            return looker.run(command, within)

    def _make_room(self, service: str, looker: Looker) -> None:
        """For commands, which come once the run is over: what its program took must not be in their way."""
        inside = self._inside[service]
        with inside.lock, self._clients.lent() as api:
            if not inside.roomy and looker.room() < machines.TO_START:
                with suppress(APIError):  # Where it cannot be done, the command itself says what is wrong.
                    machines.limit_processes(api, inside.container, inside.exact + machines.FOR_COMMANDS)
                    inside.roomy = True

    def hosts_reached(self, service: str) -> Sequence[str]:
        """The addresses of this host that answered from inside the container; raises LabFailure, or Unavailable."""
        if not self._clients.on_this_host:
            raise Unavailable("whether services of the engine's host answer cannot be tried on an engine elsewhere")
        self._wait(self._inside[service])
        begun = self._inside[service].begun or self._attempt(service)
        assert self._reach is not None, "an attempt made it"
        return self._reach.reached(begun)

    def _attempt(self, service: str) -> Begun:
        with translated(f"trying to reach this host from {service}"), self._clients.lent() as api:
            addresses = dict.fromkeys([*gateways(api.inspect_network(self._network)), *outer_addresses()])
            with self._lock:
                self._reach = self._reach or Reach()
            begun = self._inside[service].begun = self._reach.begin(self._looker(service), addresses)
        return begun

    def close(self) -> None:
        """Ends all of it."""
        for inside in self._inside.values():
            if inside.looker is not None:
                inside.looker.close()
        if self._reach is not None:
            self._reach.close()
