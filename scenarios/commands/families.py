"""The command that lists the families, and describes one of them to the author of a scenario."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from textwrap import fill

from scenarios import families
from scenarios.commands.catalog import WIDTH, aligned
from scenarios.definition import catalog
from scenarios.definition.parameters import Kind
from scenarios.definition.scenario import Scenario
from scenarios.errors import EXIT_PASS, UsageError
from scenarios.families.base import Family
from scenarios.judging.failures import ERROR
from scenarios.judging.quantities import Quantity
from scenarios.report.result_table import label

# Units in words; a count and a rate have their unit in their name.
UNITS = {"s": "seconds", "µs": "microseconds", "times": "", "/s": ""}


def show_families() -> int:
    """Lists the families, each with the docstring of its module."""
    print("\n".join(aligned({name: _doc(families.find(name)) for name in families.names()})))
    print("\n./inv families NAME describes one family.")
    return EXIT_PASS


def show_family(name: str) -> int:
    """Describes one family; raises UsageError if there is none of that name."""
    try:
        family = families.find(name)
    except KeyError as error:
        raise UsageError(f"there is no family {name!r}; there are: {', '.join(families.names())}") from error
    scenarios = [one for one in map(catalog.load, catalog.names()) if one.family == name]
    print(fill(f"{name}: {_doc(family)}", WIDTH, break_on_hyphens=False))
    for title, texts in _parts(family, scenarios).items():
        if texts:
            print("\n".join(["", f"{title}:", *aligned(texts)]))
    return EXIT_PASS


def _doc(family: Family) -> str:
    return " ".join((sys.modules[type(family).__module__].__doc__ or "").split())


def _parts(family: Family, scenarios: list[Scenario]) -> Mapping[str, Mapping[str, str]]:
    return {
        "Parameters that a scenario has": {name: _meaning(kind) for name, kind in family.parameters.items()},
        "Services that a scenario has": dict(_programs(sorted(family.services), scenarios)),
        "Quantities that it predicts and measures": {one.key: _quantity(one) for one in family.quantities},
        "Costs that a sweep draws": {one.key: one.title for one in family.costs},
        "Scenarios": {one.name: one.summary for one in scenarios},
    }


def _quantity(quantity: Quantity) -> str:
    """Its name on the terminal, with its unit in words."""
    if quantity == ERROR:
        return "the first failure of a service, or none"
    name, unit = label(quantity), UNITS.get(quantity.unit, quantity.unit)
    if unit:
        return name if unit in name else f"{name}, in {unit}"
    return name if quantity.unit or quantity.noun in (None, name) else f"{name}: {quantity.noun}"


def _meaning(kind: Kind) -> str:
    return f"{kind.meaning}: {kind.allowed()}{'; may be left out' if kind.optional else ''}"


def _programs(services: list[str], scenarios: list[Scenario]) -> Iterator[tuple[str, str]]:
    """Each service with the programs that scenarios of the catalog run in it."""
    for service in services:
        yield service, ", ".join(sorted({one.services[service].program for one in scenarios}))
