"""accept() out of descriptors: which servers spin, which close excess clients, which pause, and at what cost."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, seconds, whole_number
from scenarios.families.accept_emfile.theory import ACCEPTORS, IDLE_SHARE, SPINNING_SHARE, WAKEUPS_PER_SECOND, Acceptor
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import band, bands, growth_of_field
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import AtLeast, AtMost, CostCurve, Each, Exactly, Expectation, Json, Order, Quantity
from scenarios.pictures import Bars, Bound, Picture

# The server that never sleeps takes at least this many times the CPU time of each other one.
MARGIN = 3.0
# The two moments between which no client arrives or leaves.
IDLE = ("settled", "held")
# What each server does about a client for which it has no descriptor.
THEN = {
    "naive": "the naive loop spins: the client that it leaves in the queue wakes it again at once",
    "reserve": "the reserve server accepts one excess client each time that it wakes, and closes it",
    "asyncio": "asyncio stops accepting for a second",
    "gevent": "gevent stops accepting, each time for longer",
    "pause": "the pausing server stops watching its listener until a client leaves",
}


class AcceptEmfile(Plain):
    """By server: `served` and `shed` (accepted and closed at once) clients, `woken` how often its listener woke it in
    the whole run, `cpu` its CPU time in seconds while no client arrives or leaves.
    """

    name = "accept_emfile"
    parameters: Mapping[str, Kind] = {
        "clients": Kind("clients that connect to each server", whole_number, 20, 900),
        "nofile": Kind("each server's limit of open descriptors", whole_number, 20, 800),
        "hold": Kind("seconds for which all clients stay connected", seconds, 1, 10),
    }
    services = frozenset({"crowd"})
    quantities = (
        Quantity("served", unit="clients", noun="served"),
        Quantity("shed", label="closed at once", unit="clients", noun="closed at once"),
        Quantity("woken", label="wake-ups", unit="times", noun="wake-ups"),
        Quantity("cpu", label="CPU time", unit="s", noun="s of CPU time", digits=2),
        ERROR,
    )
    costs = (CostCurve("cpu", "CPU time", "s"),)

    def problem(self, scenario: Scenario) -> str | None:
        if not acceptors(scenario):
            return f"the scenario needs at least one of the servers {', '.join(ACCEPTORS)}"
        clients, nofile = scenario.number("clients"), scenario.number("nofile")
        return f"clients is {clients}: it must be at least nofile, which is {nofile}" if clients < nofile else None

    def predict(self, known: Known) -> Prediction:
        clients, nofile = known.scenario.number("clients"), known.scenario.number("nofile")
        hold = float(known.scenario.parameters["hold"])
        there = acceptors(known.scenario)
        cpu: dict[str, Expectation] = {name: AtMost(round(IDLE_SHARE * hold, 3)) for name in there}
        spins = {"naive": AtLeast(round(SPINNING_SHARE * hold, 3))} if "naive" in there else {}
        woken: dict[str, Expectation] = {"naive": AtLeast(int(WAKEUPS_PER_SECOND * hold)), "reserve": Exactly(clients)}
        if "pause" in there:  # once for each client that has room, and once to find out that there is none for the next
            woken["pause"] = AtMost(there["pause"].room(nofile) + 1)
        return Prediction(
            expected={
                "served": Each({name: Exactly(one.room(nofile)) for name, one in there.items()}),
                "shed": Each({name: Exactly(one.shed(clients, nofile)) for name, one in there.items()}),
                "woken": Each({name: one for name, one in woken.items() if name in there}),
                "cpu": Each({**cpu, **spins}),
                "error": Exactly(None),
            },
            reason=(
                f"each server has {nofile} descriptors, less its own, for clients; "
                f"{'; '.join(THEN[name] for name in there)}."
            ),
            relations={"cpu": tuple(Order((name, one), MARGIN) for one in spins for name in there if name != one)},
            facts={"descriptors": {name: one.open_before for name, one in there.items()}, "full": nofile},
            waiting=hold,
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        finished = evidence.services["crowd"].last("finished") or {"fates": {}, "counts": {}}
        fates, counts = finished["fates"], finished["counts"]
        return {
            "served": {name: int(fate["served"]) for name, fate in fates.items()},
            "shed": {name: int(fate["shed"]) for name, fate in fates.items()},
            "woken": {name: int(counts[name]["wakeups"]) for name in ("naive", "reserve", "pause") if name in counts},
            "cpu": {
                name: spent
                for name, one in evidence.services.items()
                if name in ACCEPTORS and (spent := growth_of_field(one, *IDLE, "all_cpu_seconds")) is not None
            },
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] != "finished" or "fates" not in event:
            return None
        counts = (f"{name} {one['served']} served, {one['shed']} closed" for name, one in event["fates"].items())
        return f"{service}: {'; '.join(counts)}"

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        clients = scenario.number("clients")
        return (
            Bars(
                f"CPU time in the {float(scenario.parameters['hold']):g} s in which no client arrived or left",
                "s",
                measured["cpu"],
                bands(predicted["cpu"]),
            ),
            Bars(
                "wake-ups of the listener's loop in the whole run",
                "times",
                measured["woken"],
                bands(predicted["woken"]),
                logarithmic=True,
            ),
            Bars(
                "clients served",
                "clients",
                measured["served"],
                bands(predicted["served"]),
                limits=(Bound(clients, "the number of clients"),),
            ),
            Bars(
                "clients accepted and closed at once",
                "clients",
                measured["shed"],
                {name: band(one) for name, one in predicted["shed"].items()},
            ),
        )


def acceptors(scenario: Scenario) -> dict[str, Acceptor]:
    """The servers of theory that a scenario has, in the order of theory."""
    return {name: one for name, one in ACCEPTORS.items() if name in scenario.services}


FAMILY: Family = AcceptEmfile()
