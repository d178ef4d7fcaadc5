"""What was predicted beside what was measured, row by row: for the terminal and for pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scenarios.quantities import Expectation, Growth, Json, Order, Quantity, Ratio, is_bound, read_json

# What was not measured, as against what was measured to be none.
MISSING = object()


def rows(
    quantities: Sequence[Quantity], predicted: Mapping[str, Json], measured: Json
) -> Iterator[tuple[str, str, str]]:
    """(what, predicted, measured); names that belong to the row above begin with two spaces."""
    for one in quantities:
        yield from _rows(one, predicted.get(one.key), measured)


def label(key: str) -> str:
    """A quantity's key as a reader has it."""
    return key.replace("_", " ")


def _rows(quantity: Quantity, predicted: Json, measured: Json) -> Iterator[tuple[str, str, str]]:
    """One row, or of a quantity that has several values what it is and below it a row for each of their names."""
    found = MISSING if measured is None else measured.get(quantity.key, MISSING)
    name_of = label(quantity.key)
    if (quantity.read and not quantity.each) or not isinstance(predicted, Mapping) or is_bound(predicted):
        yield name_of, read_json(predicted, quantity.words), _measured(quantity, found)
        return
    is_one = len(predicted) == 1
    if len(predicted) > 1:
        yield name_of, "" if quantity.noun in (None, name_of) else str(quantity.noun), ""
    for name, value in predicted.items():
        one = found.get(name, MISSING) if isinstance(found, Mapping) else MISSING
        yield f"{name_of} {name}" if is_one else f"  {name}", read_json(value, quantity.words), _measured(quantity, one)


def _measured(quantity: Quantity, value: Json) -> str:
    return "-" if value is MISSING else quantity.words(value)


@dataclass(frozen=True)
class Related:
    """A relation between the parts of a quantity, in words; `difference` is None where it holds or nothing was
    measured.
    """

    quantity: str
    words: str
    difference: str | None


def related(
    quantities: Sequence[Quantity], relations: Mapping[str, Sequence[Json]], measured: Json
) -> Iterator[Related]:
    """The relations of a record, each with what became of it."""
    for one in quantities:
        for relation in map(_relation, relations.get(one.key, ())):
            difference = relation.difference(measured.get(one.key), one.words) if measured else None
            yield Related(label(one.key), relation.words(one.words), difference)


def _relation(data: Json) -> Expectation:
    """The relation that was printed as JSON; raises KeyError for one that there is not."""
    if "order" in data:
        return Order(tuple(data["order"]), data["margin"])
    if "growth" in data:
        return Growth(data["growth"], data["low"], data["high"])
    over, under = data["ratio"]
    return Ratio(over, under, data["low"], *(() if data["high"] is None else (data["high"],)))
