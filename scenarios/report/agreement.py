"""How much of a prediction came true: the values and relations of a record that agree, and those that differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scenarios.judging.quantities import ANY, BOUNDS, Between, Json, Quantity, is_bound
from scenarios.report import result_table
from scenarios.report.result_table import MISSING
from scenarios.results.record import Record
from scenarios.system.files import is_number

# (quantity, predicted, measured); the name of a part begins with two spaces.
Row = tuple[str, str, str]


@dataclass(frozen=True)
class Agreement:
    """`agree` of the `predicted` values and relations hold; `differing` has the rows of the others."""

    agree: int
    predicted: int
    differing: Sequence[Row] = ()

    @property
    def is_whole(self) -> bool:
        return self.agree == self.predicted

    def words(self) -> str:
        """`18 of 18 as predicted`; empty if nothing was predicted."""
        return f"{self.agree} of {self.predicted} as predicted" if self.predicted else ""


def agreement(quantities: Sequence[Quantity], record: Record) -> Agreement:
    """Of a record whose quantities these are; raises MISUNDERSTOOD (families/base.py) for one of another version."""
    predicted = record.predicted or {}
    known = [one for one in quantities if one.key in predicted]  # an older iolab had other keys
    told = [(row, holds) for one in known for row, holds in _of_quantity(one, predicted[one.key], record)]
    related = list(result_table.related(quantities, record.relations, record.measured))
    relations = [difference is None and record.measured is not None for _, difference in related]
    judged = [*(holds for _, holds in told), *relations]
    differing = [row for row, holds in told if not holds]
    differing += [(text, "", difference) for text, difference in related if difference]
    return Agreement(sum(judged), len(judged), differing)


def _of_quantity(quantity: Quantity, predicted: Json, record: Record) -> Iterator[tuple[Row, bool]]:
    """The rows for which a value is predicted, and whether it was measured."""
    if predicted == {}:
        return
    rows = list(result_table.rows([quantity], {quantity.key: predicted}, record.measured))
    parts = list(predicted.items()) if len(rows) > 1 or _is_one_part(quantity, predicted) else [(None, predicted)]
    if len(rows) > len(parts):
        del rows[0]  # the heading
    values = MISSING if record.measured is None else record.measured.get(quantity.key, MISSING)
    of_parts = [
        values if name is None else values.get(name, MISSING) if isinstance(values, Mapping) else MISSING
        for name, _ in parts
    ]
    holds = [_holds(one, value) for (_, one), value in zip(parts, of_parts, strict=True)]
    if _is_wrong(quantity, record) is False:
        holds = [value is not MISSING for value in of_parts]
    elif _is_wrong(quantity, record) and all(holds):
        holds = [False] * len(holds)
    for row, good in zip(rows, holds, strict=True):
        if row[1] not in ("", ANY):
            name = row[0].strip() if row[0].startswith("  ") else ""
            yield (f"{result_table.label(quantity)}, {name}" if name else row[0], *row[1:]), good


def _is_one_part(quantity: Quantity, predicted: Json) -> bool:
    """Whether a single row is that of the only name that a quantity has."""
    whole = quantity.read and not quantity.each
    return isinstance(predicted, Mapping) and len(predicted) == 1 and not is_bound(predicted) and not whole


def _is_wrong(quantity: Quantity, record: Record) -> bool | None:
    """Whether the verdict names the quantity; None if the verdict says nothing of it."""
    if record.verdict == "pass":
        return False
    told = f"; {record.problem}"
    return (f"; {quantity.key}: " in told) if record.verdict == "fail" else None


def _holds(predicted: Json, measured: Json) -> bool:
    """Whether a value agrees. The verdict decides about values that are neither numbers nor equal."""
    if measured is MISSING:
        return False
    if is_bound(predicted):
        ((bound, value),) = predicted.items()
        return BOUNDS[bound](value).difference(measured) is None
    if isinstance(predicted, list) and len(predicted) == 2 and all(map(is_number, predicted)):
        return Between(*predicted).difference(measured) is None
    return bool(predicted == measured) or isinstance(predicted, list | Mapping)
