"""The order in which programs print, where control is handed over by hand: exactly this, and nobody else runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Family, Known, Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.pictures import Picture, Steps
from scenarios.quantities import Each, Exactly, Json, Quantity
from scenarios.scenario import Scenario
from scenarios.theory.switching import from_inside, handed_round, plainly_called, run

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence

# What each program prints, whose scenario has parameters for it.
NESTED: Mapping[str, Callable[[int, int], list[str]]] = {
    "greenlet": from_inside,
    "generator": plainly_called,
    "yield-from": from_inside,
}
IN_TURN = "greenlets"
DRAWN_AT_MOST = 40


def _in_a_row(lines: Json) -> str:
    return " ".join(map(str, lines)) if isinstance(lines, list) else str(lines)


class Sequences(Plain):
    """`order` is what each program printed, line by line; `suspended` who never came to its end."""

    name = "sequences"
    parameters: Mapping[str, Kind] = {
        "greenlets": Kind("greenlets that hand over to one another", whole_number, 2, 50, optional=True),
        "depth": Kind("calls within calls", whole_number, 1, 200, optional=True),
        "steps": Kind("how often each hands over", whole_number, 1, 50),
    }
    services: frozenset[str] = frozenset()
    quantities = (
        Quantity("order", read=_in_a_row, each=True),
        Quantity("suspended", read=_in_a_row, each=True),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        """The parameters are those of its programs."""
        needed = {name: "greenlets" if name == IN_TURN else "depth" for name in scenario.services}
        missing = [
            f"{name} needs the parameter {key!r}" for name, key in needed.items() if key not in scenario.parameters
        ]
        unknown = [name for name in scenario.services if name != IN_TURN and name not in NESTED]
        return "; ".join(missing + [f"there is no model of {name!r}" for name in unknown]) or None

    def predict(self, known: Known) -> Prediction:
        """The whole order, by a model of switching."""
        scenario = known.scenario
        steps = scenario.number("steps")
        orders, suspended = {}, {}
        if IN_TURN in scenario.services:
            done = run(handed_round(scenario.number("greenlets"), steps), "greenlet 1")
            orders[IN_TURN], suspended[IN_TURN] = list(done.printed), list(done.unfinished)
        for name, model in NESTED.items():
            if name in scenario.services:
                orders[name] = model(scenario.number("depth"), steps)
        return Prediction(
            expected={
                "order": Each({name: Exactly(lines) for name, lines in orders.items()}),
                "suspended": Each({name: Exactly(names) for name, names in suspended.items()}),
                "error": Exactly(None),
            },
            reason=_reason(suspended, scenario),
            facts={"threads": 1, "orders": orders},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        """The lines as they came."""
        over = {name: event for name, one in evidence.services.items() if (event := one.last("over"))}
        return {
            "order": {name: list(one.printed) for name, one in evidence.services.items()},
            "suspended": {name: list(event["suspended"]) for name, event in over.items()},
            "error": first_failure(evidence.services.values()),
        }

    def pictures(self, measured: Mapping[str, Json]) -> tuple[Picture, ...]:
        """Who printed what, as far as that fits on a screen."""
        lines = measured["order"].get(IN_TURN, ())
        greenlets = len(measured["suspended"].get(IN_TURN, ())) + 1
        if not lines or len(lines) > DRAWN_AT_MOST:
            return ()
        last = lines[-1]
        steps = [(f"greenlet {number % greenlets + 1}", line) for number, line in enumerate(lines[:-1])]
        return (Steps("from one greenlet to the next", [*steps, (last.removesuffix(" ends"), last)]),)


def _reason(suspended: Mapping[str, list[str]], scenario: Scenario) -> str:
    if IN_TURN in suspended:
        return (
            f"each hands over to the next and goes on where it stood; the last one ends, and with it the main program, "
            f"its parent, so {len(suspended[IN_TURN])} of {scenario.number('greenlets')} wait for ever."
        )
    if scenario.number("depth") == 1:
        return "without a nested call a generator hands over as a greenlet does."
    return "a greenlet hands over from inside any call; calling a generator only makes one, unless it is passed on."


FAMILY: Family = Sequences()
