"""Predicted and measured values side by side, row by row, for the terminal and for pages."""

from collections.abc import Iterator, Mapping, Sequence

from scenarios.judging.quantities import Expectation, Growth, Json, Order, Quantity, Ratio, is_bound, read_json

# For values that were not measured; None is a measured value.
MISSING = object()


def rows(
    quantities: Sequence[Quantity], predicted: Mapping[str, Json], measured: Json
) -> Iterator[tuple[str, str, str]]:
    """(quantity, predicted, measured); the names of a quantity's parts follow it and begin with two spaces."""
    for one in quantities:
        yield from _rows(one, predicted.get(one.key), MISSING if measured is None else measured.get(one.key, MISSING))


def label(quantity: Quantity) -> str:
    """A quantity's name in words."""
    return quantity.label or quantity.key.replace("_", " ")


def _rows(quantity: Quantity, predicted: Json, values: Json) -> Iterator[tuple[str, str, str]]:
    name_of = label(quantity)
    if (quantity.read and not quantity.each) or not isinstance(predicted, Mapping) or is_bound(predicted):
        yield name_of, read_json(predicted, quantity.words), _measured(quantity, values)
        return
    prefix = f"{name_of} " if len(predicted) == 1 else "  "
    if len(predicted) > 1:
        yield name_of, "" if quantity.unit or quantity.noun in (None, name_of) else str(quantity.noun), ""
    for name, value in predicted.items():
        one = values.get(name, MISSING) if isinstance(values, Mapping) else MISSING
        yield prefix + name, read_json(value, quantity.words), _measured(quantity, one)


def _measured(quantity: Quantity, value: Json) -> str:
    return "-" if value is MISSING else quantity.words(value)


def related(
    quantities: Sequence[Quantity], relations: Mapping[str, Sequence[Json]], measured: Json
) -> Iterator[tuple[str, str | None]]:
    """(relation, difference) of a record's relations; no difference if it holds, or if nothing was measured."""
    for one in quantities:
        for relation in map(_relation, relations.get(one.key, ())):
            difference = relation.difference(measured.get(one.key), one.words) if measured else None
            yield f"{label(one)}: {relation.words(one.words)}", difference


def _relation(data: Json) -> Expectation:
    if "order" in data:
        return Order(tuple(data["order"]), data["margin"])
    if "growth" in data:
        return Growth(data["growth"], data["low"], data["high"])
    over, under = data["ratio"]
    return Ratio(over, under, data["low"], *(() if data["high"] is None else (data["high"],)))
