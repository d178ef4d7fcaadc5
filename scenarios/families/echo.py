"""Echo servers of every kind: how many clients each serves at the same time, with what, and what stops it."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, size, whole_number
from scenarios.errors import OutOfTime
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import NOFILE, band, client_limits, served_by, tell_clients
from scenarios.judging.failures import ERROR, failure, first_failure
from scenarios.judging.quantities import Exactly, Json, Quantity
from scenarios.pictures import Bars, Bound, Cliff, Picture
from scenarios.theory import mechanisms
from scenarios.theory.descriptors import FD_SETSIZE, Server, limits
from scenarios.theory.mechanisms import KNOWN, Machine

PROGRAM = "servers.echo_"
# More processes or threads than this need more memory than a scenario's container has.
MOST_TASKS = 1000
# What the server has with all clients connected.
HELD = ("processes", "threads", "descriptors")


class Echo(Plain):
    """`served` clients were connected at the same time and got all their bytes back. `processes`, `threads` and
    `descriptors` are what the server has at that moment; None if it died.
    """

    name = "echo"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients connected at the same time", whole_number, 1, 2000),
        "size": Kind("bytes that each client sends and gets back", size, 1, 1024**2, keep_text=True),
        "nofile": NOFILE,
        "pids_limit": Kind("processes and threads that the server may have", whole_number, 2, 2**20, optional=True),
    }
    services = frozenset({"server", "client"})
    quantities = (
        Quantity("served", unit="clients", noun="served"),
        *(Quantity(key, noun=key) for key in HELD),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        program, clients = scenario.services["server"].program, scenario.number("clients")
        if mechanism_of(scenario) not in KNOWN:
            return f"the server's program is {program!r}: it must be one of {PROGRAM}{{{', '.join(KNOWN)}}}"
        if KNOWN[mechanism_of(scenario)].task != "loop" and clients > MOST_TASKS:
            return f"clients is {clients}: with a thread or process for each, at most {MOST_TASKS} are allowed"
        return None

    def predict(self, known: Known) -> Prediction:
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
        server, client = evidence.services["server"], evidence.services["client"]
        refused, error = client.last("refused"), first_failure(evidence.services.values())
        if early := (client.last("finished") or {}).get("gave_up_early"):
            raise OutOfTime(f"this machine is too busy: {early} clients had their answers after they gave up")
        if refused is not None:
            if error is None or error["service"] == client.name:
                error = failure(client.name, str(refused["error"]), str(refused["message"]))
            error = {**error, "at_client": int(refused["client"])}
        # A server that died may have been looked at while it did.
        look = server.looked("connected") if server.exit_status is None else None
        return {
            "served": served_by(client),
            **{key: getattr(look, key) if look else None for key in HELD},
            "error": error,
        }

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        """The clients and what the server has with all of them; lines are limits on the number of clients."""
        keys = {"clients served": "served", **{key: key for key in HELD}}
        values = {name: measured[key] for name, key in keys.items() if measured[key] is not None}
        foreseen = {name: band(predicted[key]) for name, key in keys.items() if predicted[key] is not None}
        lines = client_limits(scenario.number("clients"), _client_limits(scenario, predicted))
        return (Bars("with all clients connected", "", values, foreseen, lines),)

    def cliffs(self, scenario: Scenario) -> tuple[Cliff, ...]:
        if mechanism_of(scenario) not in ("select", mechanisms.BOUNDED):
            return ()
        size = FD_SETSIZE["linux"]
        return (Cliff("server", "descriptors", Bound(size, f"select refuses descriptor {size}")),)

    def tell(self, service: str, event: Event) -> str | None:
        return tell_clients(service, event)


def mechanism_of(scenario: Scenario) -> str:
    """The mechanism of a scenario's server, from the name of its program."""
    return scenario.services["server"].program.removeprefix(PROGRAM)


def _client_limits(scenario: Scenario, predicted: Values) -> dict[str, int]:
    """How many clients each limit allows, by its name; that of processes and threads only if it decides this run."""
    name, server = mechanism_of(scenario), scenario.services["server"]
    found: dict[str, int] = {}
    if KNOWN[name].per_client:
        selector = "select" if name in ("select", mechanisms.BOUNDED) else "epoll"
        found |= limits(Server(selector, "linux", server.nofile, mechanisms.open_before(name)))
    if KNOWN[name].task != "loop" and predicted["served"] == server.pids_limit - 1:
        found[f"pids_limit {server.pids_limit}, less the server itself"] = server.pids_limit - 1
    return found


def _rings(name: str, evidence: Evidence | None) -> int:
    """The io_uring rings that libuv got: until the run reports it, one, as on most kernels."""
    if name != "uvloop":
        return 0
    ready = evidence.services["server"].last("ready") if evidence else None
    return min(int(ready["rings"]), 1) if ready else 1


FAMILY: Family = Echo()
