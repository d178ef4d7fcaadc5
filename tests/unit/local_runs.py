"""Small runs on the local engine for its tests; also as a process of its own, which can then be killed.

python -m tests.unit.local_runs STATE RUN keep|sweep
"""

import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scenarios.definition.scenario import Scenario, Service
from scenarios.engines.base import most_bytes
from scenarios.engines.local.engine import LocalEngine
from scenarios.engines.local.process_registry import Program
from scenarios.pipeline.run.transcript import Transcript
from tests import misbehaving

PATIENCE = 20.0  # seconds, for what takes some milliseconds


def service(name: str, program: str, *args: str, nofile: int = 64, after: str | None = None) -> Service:
    """A service of the catalog's kind or with a misbehaving program; `after` names the server that it needs."""
    own = Service(
        name=name,
        image="linux",
        program=program,
        args=args,
        nofile=nofile,
        pids_limit=64,
        mem_limit=1,
        depends_on={after: "ready"} if after else {},
    )
    return misbehaving.running(program, own) if program in misbehaving.NAMES else own


def scenario(*services: Service) -> Scenario:
    """An experiment of these services."""
    return Scenario(
        name="small",
        summary="",
        teaches="",
        timeout=PATIENCE,
        parameters={},
        services={one.name: one for one in services},
        family="transfers",
    )


class SmallRun:
    """A session with what its services said."""

    def __init__(self, engine: LocalEngine, *services: Service, run: str | None = None, keep: bool = False) -> None:
        """Creates the machines; starts nothing. By default its run is another one each time: tests run side by side."""
        self.engine, self.run = engine, run or secrets.token_hex(4)
        self.said = Transcript({one.name: most_bytes(one) for one in services}, time.monotonic() + PATIENCE)
        self.session = engine.open(scenario(*services), self.run, self.said, keep, {})
        self.session.create()

    def event(self, service: str, name: str) -> dict[str, Any]:
        """Waits for an event."""
        self.said.wait(lambda: self.said[service].has(name), name, service, must_live=False)
        return self.said[service].event(name)

    def start(self, service: str, until: str = "started") -> Program:
        """Starts a service, waits for the event `until`, and returns its process."""
        self.session.start(service)
        self.event(service, until)
        machine = next(one for one in self.engine.machines.all() if (one.run, one.service) == (self.run, service))
        assert machine.program is not None
        assert machine.program.pid == self.event(service, "started")["pid"]
        return machine.program


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether the condition comes to hold, for what the kernel or another process does in its own time."""
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            return False
    return True


if __name__ == "__main__":
    state, identity, fate = sys.argv[1:]
    engine = LocalEngine(Path(state))
    owner = SmallRun(engine, service("server", "servers.transfer"), run=identity, keep=fate == "keep")
    owner.start("server", until="ready")
    print("up", flush=True)
    sys.stdin.read()
    if fate == "keep":
        owner.session.leave()
