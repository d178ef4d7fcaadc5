"""One protocol and nine servers: how many clients each serves at the same time, out of what, and what stops it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, failure, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, size, whole_number
from scenarios.pictures import Bound, Cliff
from scenarios.quantities import Exactly, Json, Quantity
from scenarios.scenario import Scenario
from scenarios.theory import mechanisms
from scenarios.theory.descriptors import FD_SETSIZE
from scenarios.theory.mechanisms import KNOWN, Machine

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, Sample, ServiceEvidence

PROGRAM = "servers.echo_"
# The least soft limit under which CPython and libuv themselves start.
LEAST_NOFILE = 24
# More processes or threads than this need more memory than the scenarios' machines have.
MOST_TASKS = 1000


class Echoes(Plain):
    """`served` clients were connected at the same time and got all their bytes back; `processes`, `threads` and
    `descriptors` are the server's at that moment, none of a server that had died.
    """

    name = "echoes"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients connected at the same time", whole_number, 1, 2000),
        "size": Kind("bytes that each client sends and gets back", size, 1, 1024**2, keep_text=True),
        "nofile": Kind("the server's limit of open descriptors", whole_number, LEAST_NOFILE, 2**20, optional=True),
        "pids_limit": Kind("processes and threads that the server may have", whole_number, 2, 2**20, optional=True),
    }
    services = frozenset({"server", "client"})
    quantities = (
        Quantity("served", unit="clients", noun="served"),
        Quantity("processes", noun="processes"),
        Quantity("threads", noun="threads"),
        Quantity("descriptors", noun="descriptors"),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        """The server is one of those that are known, and its machine has the memory for its tasks."""
        program, clients = scenario.services["server"].program, scenario.number("clients")
        if mechanism_of(scenario) not in KNOWN:
            return f"the server is {program!r}: it must be one of {PROGRAM}{{{', '.join(KNOWN)}}}"
        if KNOWN[mechanism_of(scenario)].task != "loop" and clients > MOST_TASKS:
            return f"clients is {clients}: a task for each is tried with {MOST_TASKS} at most"
        return None

    def predict(self, known: Known) -> Prediction:
        """What the mechanism takes for so many clients, or what it does when it cannot have it."""
        scenario, name = known.scenario, mechanism_of(known.scenario)
        server, clients = scenario.services["server"], scenario.number("clients")
        rings = _rings(name, known.evidence)
        pids = server.pids_limit if "pids_limit" in known.limits else None
        fate = mechanisms.fate(name, Machine(server.nofile, pids, rings), clients)
        error = failure(fate.says, str(fate.kind), fate.message, fate.served + 1) if fate.says else None
        counted = {
            "processes": mechanisms.processes(name, fate.served),
            "threads": mechanisms.threads(name, fate.served),
            "descriptors": mechanisms.descriptors(name, fate.served, rings),
        }
        return Prediction(
            expected={
                "served": Exactly(fate.served),
                **{key: Exactly(value if fate.lives else None) for key, value in counted.items()},
                "error": Exactly(error),
            },
            reason=fate.reason,
            facts={
                "descriptors": mechanisms.open_before(name, rings),
                "watched": mechanisms.watched(name, fate.served),
                "refusal": KNOWN[name].refusal if fate.says else None,
                "mechanism": name,
                "answers": mechanisms.answers(name, fate),
            },
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What the clients verified, and what the look at the server saw when all were connected."""
        server, client = evidence.services["server"], evidence.services["client"]
        refused, error = client.last("refused"), first_failure(evidence.services.values())
        if refused is not None:
            error = error or failure(client.name, str(refused["error"]), str(refused["message"]))
            if error["service"] == client.name:
                error = failure(client.name, str(refused["error"]), str(refused["message"]))
            error = {**error, "at_client": int(refused["client"])}
        # One that has died was perhaps looked at while it did.
        look = _look(server) if server.exit_status is None else None
        return {
            "served": _served(client),
            "processes": look.processes if look else None,
            "threads": look.threads if look else None,
            "descriptors": look.descriptors if look else None,
            "error": error,
        }

    def cliffs(self, scenario: Scenario) -> tuple[Cliff, ...]:
        """That of select, which stands whatever the limit of descriptors is."""
        wall = FD_SETSIZE["linux"] if mechanism_of(scenario) in ("select", mechanisms.BOUNDED) else None
        return (Cliff("server", "descriptors", Bound(wall, f"select cannot have descriptor {wall}")),) if wall else ()

    def tell(self, service: str, event: Event) -> str | None:
        """How many are connected, and who was refused."""
        match event["event"]:
            case "connected":
                return f"{service}: {event['clients']} clients are connected at the same time"
            case "refused":
                return f"{service}: client {event['client']} was refused: {event['error']}: {event['message']}"
            case _:
                return None


def mechanism_of(scenario: Scenario) -> str:
    """The server's mechanism, by the name of its program."""
    return scenario.services["server"].program.removeprefix(PROGRAM)


def _rings(name: str, evidence: Evidence | None) -> int:
    """The io_uring rings that libuv was given: until the run tells, one, as most kernels give it."""
    if name != "uvloop":
        return 0
    ready = evidence.services["server"].last("ready") if evidence else None
    return min(int(ready["rings"]), 1) if ready else 1


def _served(client: ServiceEvidence) -> int:
    if client.last("refused"):
        return int((client.last("connected") or {"clients": 0})["clients"])
    return int((client.last("finished") or {"served": 0})["served"])


def _look(server: ServiceEvidence) -> Sample | None:
    """The look at the server with all connected; None when it had died. Raises as `looked`."""
    return server.looked("connected") if server.exit_status is None else None


FAMILY: Family = Echoes()
