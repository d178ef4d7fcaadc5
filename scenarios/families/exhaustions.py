"""More clients come than there are descriptors: who is served, who is shed, and what the rest cost each server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.events import Event
from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, seconds, whole_number
from scenarios.pictures import Bars, Picture
from scenarios.quantities import AtLeast, AtMost, CostCurve, Each, Exactly, Expectation, Json, Order, Quantity
from scenarios.scenario import Scenario
from scenarios.theory.acceptors import ACCEPTORS, BURNT, SPARED, WAKEUPS_PER_SECOND, Acceptor

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence, ServiceEvidence

# How much more than each other server the one burns that never sleeps.
MARGIN = 3.0
# What becomes of those for whom a server has no descriptor.
THEN = {
    "naive": "a client that stays in the queue wakes the naive loop at once again",
    "reserve": "reserve takes one that has no room each time that it is woken, and closes it",
    "asyncio": "asyncio looks away for a second",
    "gevent": "gevent looks away, each time for longer",
}


class Exhaustions(Plain):
    """The servers are those of theory that a scenario has, each under its name there. `cpu` is the processor
    time of each while nobody comes and nobody goes; `woken` how often it was woken by its listener in the whole run.
    """

    name = "exhaustions"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients of each server", whole_number, 20, 900),
        "nofile": Kind("each server's limit of open descriptors", whole_number, 20, 800),
        "hold": Kind("seconds for which all stay", seconds, 1, 10),
    }
    services = frozenset({"crowd"})
    quantities = (
        Quantity("served", unit="clients", noun="served"),
        Quantity("shed", unit="clients", noun="shed"),
        Quantity("woken", unit="times", noun="times woken"),
        Quantity("cpu", unit="s", noun="s of processor time", digits=2),
        ERROR,
    )
    costs = (CostCurve("cpu", "processor time", "s"),)

    def problem(self, scenario: Scenario) -> str | None:
        """There must be a server, and each must run out."""
        if not acceptors(scenario):
            return f"none of its servers is one of {', '.join(ACCEPTORS)}"
        clients, nofile = scenario.number("clients"), scenario.number("nofile")
        return f"{clients} clients do not use up {nofile} descriptors" if clients < nofile else None

    def predict(self, known: Known) -> Prediction:
        """As many are served as there is room for, exactly; what the others cost depends on who is woken for them."""
        clients, nofile = known.scenario.number("clients"), known.scenario.number("nofile")
        hold = float(known.scenario.parameters["hold"])
        there = acceptors(known.scenario)
        cpu: dict[str, Expectation] = {name: AtMost(round(SPARED * hold, 3)) for name in there}
        burns = {"naive": AtLeast(round(BURNT * hold, 3))} if "naive" in there else {}
        woken: dict[str, Expectation] = {"naive": AtLeast(int(WAKEUPS_PER_SECOND * hold)), "reserve": Exactly(clients)}
        return Prediction(
            expected={
                "served": Each({name: Exactly(one.room(nofile)) for name, one in there.items()}),
                "shed": Each({name: Exactly(one.shed(clients, nofile)) for name, one in there.items()}),
                "woken": Each({name: one for name, one in woken.items() if name in there}),
                "cpu": Each({**cpu, **burns}),
                "error": Exactly(None),
            },
            reason=(
                f"a server has {nofile} descriptors less those of its own; {'; '.join(THEN[name] for name in there)}."
            ),
            relations={"cpu": tuple(Order((name, one), MARGIN) for one in burns for name in there if name != one)},
            facts={"descriptors": {name: one.open_before for name, one in there.items()}, "full": nofile},
            waiting=hold,
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """What each client saw of its fate, what the servers counted, and their processor time as seen from outside."""
        finished = evidence.services["crowd"].last("finished") or {"fates": {}, "counts": {}}
        fates, counts = finished["fates"], finished["counts"]
        return {
            "served": {name: int(fate["served"]) for name, fate in fates.items()},
            "shed": {name: int(fate["shed"]) for name, fate in fates.items()},
            "woken": {name: int(counts[name]["wakeups"]) for name in ("naive", "reserve") if name in counts},
            "cpu": {
                name: burnt
                for name, one in evidence.services.items()
                if name in ACCEPTORS and (burnt := _burnt(one)) is not None
            },
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        """What became of the clients."""
        if event["event"] != "finished" or "fates" not in event:
            return None
        told = (f"{name} {one['served']} served {one['shed']} shed" for name, one in event["fates"].items())
        return f"{service}: {', '.join(told)}"

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """What it cost to have nothing to do."""
        return (Bars("processor time while nobody came or went", "s", measured["cpu"]),)


def acceptors(scenario: Scenario) -> dict[str, Acceptor]:
    """The servers that a scenario has, in theory's order."""
    return {name: one for name, one in ACCEPTORS.items() if name in scenario.services}


def _burnt(server: ServiceEvidence) -> float | None:
    """The seconds between the two looks; None when the server had ended. Raises as `looked`."""
    before, after = server.looked("settled"), server.looked("held")
    return round(after.all_cpu_seconds - before.all_cpu_seconds, 2) if before and after else None


FAMILY: Family = Exhaustions()
