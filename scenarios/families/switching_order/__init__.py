"""The order in which greenlets and generators print that switch explicitly: it is fixed, and no other code runs."""

from collections.abc import Callable, Mapping
from itertools import zip_longest

from scenarios.definition.parameters import Kind, whole_number
from scenarios.families.base import Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import joined
from scenarios.families.switching_order.theory import (
    LETTERS,
    from_inside,
    handed_round,
    name_of,
    plainly_called,
    printers,
    run,
)
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import Each, Exactly, Json, Quantity
from scenarios.pictures import Grid, Picture, Steps

# By program, the model of what it prints.
NESTED: Mapping[str, Callable[[int, int], list[str]]] = {
    "greenlet": from_inside,
    "generator": plainly_called,
    "yield-from": from_inside,
}
IN_TURN = "greenlets"
DRAWN_AT_MOST = 40


class SwitchingOrder(Plain):
    """By program: `order` is what it printed, line by line; `suspended` the greenlets that never finished."""

    name = "switching_order"
    parameters: Mapping[str, Kind] = {
        "greenlets": Kind(
            "greenlets that switch to one another in a circle", whole_number, 2, len(LETTERS), optional=True
        ),
        "depth": Kind("depth of nested calls", whole_number, 1, 200, optional=True),
        "steps": Kind("how often each switches", whole_number, 1, 50),
    }
    services: frozenset[str] = frozenset()
    quantities = (
        Quantity("order", read=joined(", "), each=True),
        Quantity("suspended", label="never finished", read=joined(", "), each=True),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        needed = {name: "greenlets" if name == IN_TURN else "depth" for name in scenario.services}
        missing = [
            f"{name} needs the parameter {key!r}" for name, key in needed.items() if key not in scenario.parameters
        ]
        unknown = [name for name in scenario.services if name != IN_TURN and name not in NESTED]
        return "; ".join(missing + [f"this family has no service {name!r}" for name in unknown]) or None

    def predict(self, known: Known) -> Prediction:
        scenario = known.scenario
        steps = scenario.number("steps")
        orders, suspended = {}, {}
        by: dict[str, list[tuple[str, int]]] = {}
        if IN_TURN in scenario.services:
            done = run(handed_round(scenario.number("greenlets"), steps), name_of(0))
            orders[IN_TURN], suspended[IN_TURN] = list(done.printed), list(done.unfinished)
            by[IN_TURN] = [(name, 0) for name in done.printers]
        for name, model in NESTED.items():
            if name in scenario.services:
                depth = scenario.number("depth")
                orders[name] = model(depth, steps)
                by[name] = printers(orders[name], depth, generators=name != "greenlet")
        return Prediction(
            expected={
                "order": Each({name: Exactly(lines) for name, lines in orders.items()}),
                "suspended": Each({name: Exactly(names) for name, names in suspended.items()}),
                "error": Exactly(None),
            },
            reason=_reason(suspended, scenario),
            facts={"threads": 1, "orders": orders, "printers": by},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        over = {name: event for name, one in evidence.services.items() if (event := one.last("over"))}
        return {
            "order": {name: list(one.printed) for name, one in evidence.services.items()},
            "suspended": {name: list(event["suspended"]) for name, event in over.items()},
            "error": first_failure(evidence.services.values()),
        }

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        """The steps of greenlets that take turns, or the lines of programs side by side; longer runs do not fit."""
        orders, foreseen = measured["order"], predicted["order"]
        if max(map(len, orders.values()), default=0) > DRAWN_AT_MOST or not any(orders.values()):
            return ()
        if IN_TURN in orders:
            count = scenario.number("greenlets")
            done, expected = (_steps(some[IN_TURN], count) for some in (orders, foreseen))
            return (Steps("from one greenlet to the next", done, expected),)
        rows, cells_of = ({str(n): cells for n, cells in enumerate(_lines(some), 1)} for some in (orders, foreseen))
        return (Grid("line by line, what each program prints", list(orders), rows, cells_of),)


def _steps(lines: list[str], greenlets: int) -> list[tuple[str, str]]:
    """(greenlet, line) of each line: they print in turn, and the last one ends."""
    *turns, last = lines
    return [*((name_of(n % greenlets), line) for n, line in enumerate(turns)), (last.removesuffix(" ends"), last)]


def _lines(orders: Mapping[str, list[str]]) -> list[tuple[str, ...]]:
    """The first lines of all programs, then the second ones, and so on; empty for a program that has ended."""
    return list(zip_longest(*orders.values(), fillvalue=""))


def _reason(suspended: Mapping[str, list[str]], scenario: Scenario) -> str:
    if IN_TURN in suspended:
        return (
            "each greenlet switches to the next, and continues where it stood. When the last one ends, its parent "
            f"continues, which is the main program, and ends too: {len(suspended[IN_TURN])} of "
            f"{scenario.number('greenlets')} greenlets never finish."
        )
    if scenario.number("depth") == 1:
        return "without a nested call a generator yields to its caller just as a greenlet switches."
    return "a greenlet can switch from inside any call; a nested generator runs only through `yield from`."


FAMILY: Family = SwitchingOrder()
