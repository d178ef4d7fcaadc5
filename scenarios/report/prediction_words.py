"""A prediction in words, for the terminal."""

from collections.abc import Iterator

from scenarios.families.base import Family, Prediction
from scenarios.judging import failures
from scenarios.judging.quantities import ANY, Each, Expectation, Quantity
from scenarios.report.result_table import label


def in_words(prediction: Prediction, family: Family) -> str:
    """A prediction in one line."""
    return "; ".join(parts(prediction, family))


def parts(prediction: Prediction, family: Family) -> list[str]:
    """One for each quantity that says something; the predicted error follows the last one."""
    values = [
        _heading(one) + prediction.expected[one.key].words(one.sentence)
        for one in family.quantities
        if one.key != failures.ERROR.key and _says_something(prediction.expected[one.key])
    ]
    error = prediction.expected[failures.ERROR.key]
    if error.json() is not None:
        values[-1:] = [f"{''.join(values[-1:])}, then {error.words(failures.ERROR.words)}"]
    return values


def _says_something(expected: Expectation) -> bool:
    """False if any number is expected, or none at all: the relations say more about those."""
    parts = expected.of.values() if isinstance(expected, Each) else [expected]
    return any(part.words() != ANY and part.json() is not None for part in parts)


def relations_in_words(prediction: Prediction, family: Family) -> Iterator[str]:
    """The predicted relations between the parts of a quantity, a line for each quantity."""
    for quantity in family.quantities:
        if relations := prediction.relations.get(quantity.key):
            yield f"{label(quantity)}: " + ", ".join(one.words() for one in relations)


def _heading(quantity: Quantity) -> str:
    """The name of a quantity, unless a noun or a unit after its values says what they are."""
    return "" if quantity.noun or (quantity.unit and not quantity.label) else f"{label(quantity)}: "
