"""Quantities, and what theory can expect of their values: how a measured value differs, and how each reads."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Protocol

from scenarios.system.files import Json as Json
from scenarios.system.files import is_number
from scenarios.theory.growth import exponent

Read = Callable[[Json], str]


def plainly(value: Json) -> str:
    """A value as text; `none` for None."""
    return "none" if value is None else str(value)


# The expectation of a number that counts only in relation to others.
ANY = "any"


class Expectation(Protocol):
    """A condition for a measured value."""

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """None if `measured` agrees; else a sentence with both values in the words of `read`."""

    def words(self, read: Read = plainly) -> str:
        """The expectation in a few words, values in the words of `read`."""

    def json(self) -> Json:
        """The expectation as --json prints it."""


@dataclass(frozen=True)
class Anything:
    """Any value: of a machine that was too slow for a bound of time."""

    def difference(self, measured: Json, read: Read = plainly) -> str | None:  # noqa: ARG002 - any value agrees
        return None

    def words(self, read: Read = plainly) -> str:  # noqa: ARG002 - no value
        return ANY

    def json(self) -> Json:
        return None


def from_below(expected: Expectation) -> Expectation:
    """The same without its upper bounds: what must hold on a machine that was too slow for them."""
    match expected:
        case Each(of):
            return Each({name: from_below(one) for name, one in of.items()})
        case Between(low, _):
            return AtLeast(low)
        case AtMost():
            return AtLeast(0)
        case _:
            return expected


def _unless(agrees: bool, expected: Expectation, measured: Json, read: Read) -> str | None:
    return None if agrees else f"predicted {expected.words(read)}, measured {read(measured)}"


@dataclass(frozen=True)
class Exactly:
    value: Json

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """Only the same value of the same kind agrees: True is not 1."""
        same = measured == self.value and isinstance(measured, bool) == isinstance(self.value, bool)
        return _unless(same, self, measured, read)

    def words(self, read: Read = plainly) -> str:
        return read(self.value)

    def json(self) -> Json:
        return self.value


@dataclass(frozen=True)
class Between:
    """A number from `low` to `high`, both included."""

    low: float
    high: float

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        return _unless(is_number(measured) and self.low <= measured <= self.high, self, measured, read)

    def words(self, read: Read = plainly) -> str:
        """`1.80 to 2.90 s`, with the unit once."""
        low, high = read(self.low), read(self.high)
        number, space, unit = high.partition(" ")
        least, _, of_least = low.partition(" ")
        return f"{least if of_least in (unit, singular(unit)) else low} to {number}{space}{unit}"

    def json(self) -> Json:
        return [self.low, self.high]


@dataclass(frozen=True)
class AtMost:
    high: float

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        return _unless(is_number(measured) and measured <= self.high, self, measured, read)

    def words(self, read: Read = plainly) -> str:
        return f"at most {read(self.high)}"

    def json(self) -> Json:
        return {"at_most": self.high}


@dataclass(frozen=True)
class AtLeast:
    low: float

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        return _unless(is_number(measured) and measured >= self.low, self, measured, read)

    def words(self, read: Read = plainly) -> str:
        return f"at least {read(self.low)}" if self.low else ANY

    def json(self) -> Json:
        return {"at_least": self.low}


@dataclass(frozen=True)
class Each:
    """A mapping with exactly these names; every value meets its own expectation."""

    of: Mapping[str, Expectation]

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        found = measured if isinstance(measured, Mapping) else {}
        parts = [f"{name}: {wrong}" for name, one in self.of.items() if (wrong := _difference(one, name, found, read))]
        return "; ".join(parts + [f"{name}: not predicted" for name in found if name not in self.of]) or None

    def words(self, read: Read = plainly) -> str:
        """Equal expectations are told together: `serial 1.00 s, threads and gevent 0.50 s`.

        After names of several words stand signs: `at first: 64; after lifting it: 4096`.
        """
        alike: dict[str, list[str]] = {}
        for name, one in self.of.items():
            alike.setdefault(one.words(read), []).append(name)
        between, after = ("; ", ":") if any(" " in name for name in self.of) else (", ", "")
        return between.join(f"{_listed(names)}{after} {words}" for words, names in alike.items())

    def json(self) -> Json:
        return {name: one.json() for name, one in self.of.items()}


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _difference(one: Expectation, name: str, found: Mapping[str, Json], read: Read) -> str | None:
    return one.difference(found[name], read) if name in found else f"predicted {one.words(read)}, not measured"


@dataclass(frozen=True)
class Order:
    """The values of these names rise in this order, each at least `margin` times the one before.

    A tuple of names is a group: each of its values is above every value before it, in any order within the group.
    """

    names: tuple[str | tuple[str, ...], ...]
    margin: float = 1.0

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        found = measured if isinstance(measured, Mapping) else {}
        missing = [name for group in self._groups() for name in group if not is_number(found.get(name))]
        if missing:
            return f"not measured: {', '.join(missing)}"
        pairs = [pair for before, after in pairwise(self._groups()) for pair in product(before, after)]
        factor = "above" if self.margin == 1 else f"{self.margin:g} times"
        return (
            "; ".join(
                f"{high} {read(found[high])} is not {factor} {low} {read(found[low])}"
                for low, high in pairs
                if found[high] < found[low] * self.margin
            )
            or None
        )

    def _groups(self) -> list[tuple[str, ...]]:
        return [(one,) if isinstance(one, str) else one for one in self.names]

    def words(self, read: Read = plainly) -> str:  # noqa: ARG002 - names alone, no value
        """`gevent < serial`, or with a margin `serial at least 3 times gevent`."""
        groups = [_listed(group) for group in self._groups()]
        if self.margin == 1:
            return " < ".join(groups)
        return ", ".join(f"{high} at least {self.margin:g} times {low}" for low, high in pairwise(groups))

    def json(self) -> Json:
        return {"order": list(self.names), "margin": self.margin}


@dataclass(frozen=True)
class Ratio:
    """The value of `over` is `low` to `high` times that of `under`; `high` may be infinite."""

    over: str
    under: str
    low: float
    high: float = math.inf

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        found = measured if isinstance(measured, Mapping) else {}
        missing = [name for name in (self.over, self.under) if not is_number(found.get(name))]
        if missing:
            return f"not measured: {', '.join(missing)}"
        over, under = found[self.over], found[self.under]
        if under and self.low <= over / under <= self.high:
            return None
        times = f"{over / under:.3g} times" if under else "no multiple of"
        return f"predicted {self.words(read)}, measured {read(over)}, {times} {read(under)}"

    def words(self, read: Read = plainly) -> str:  # noqa: ARG002 - names and factors alone, no value
        bounds = f"at least {self.low:g}" if self.high == math.inf else f"{self.low:g} to {self.high:g}"
        return f"{self.over} {bounds} times {self.under}"

    def json(self) -> Json:
        """An infinite upper bound becomes None."""
        high = None if self.high == math.inf else self.high
        return {"ratio": [self.over, self.under], "low": self.low, "high": high}


@dataclass(frozen=True)
class Growth:
    """The values of the series `name` grow as N to a power from `low` to `high`: 0 is flat, 1 linear, 2 quadratic.

    A series maps each N, as a number or as JSON's text of one, to a value above 0. It has at least three values.
    """

    name: str
    low: float
    high: float

    def difference(self, measured: Json, read: Read = plainly) -> str | None:  # noqa: ARG002 - a power has no unit
        series = measured.get(self.name) if isinstance(measured, Mapping) else None
        try:
            power = exponent({float(n): float(value) for n, value in (series or {}).items()})
        except (AttributeError, TypeError, ValueError) as error:
            return f"{self.name}: the growth cannot be fitted: {error}"
        wrong = f"predicted {self.words()}, measured N to the {power:.2f}"
        return None if self.low <= power <= self.high else wrong

    def words(self, read: Read = plainly) -> str:  # noqa: ARG002 - a power has no unit
        return f"{self.name} grows as N to the {self.low:g} to {self.high:g}"

    def json(self) -> Json:
        return {"growth": self.name, "low": self.low, "high": self.high}


def singular(unit: str) -> str:
    """The unit after the number 1: `thread`, `turn of the loop`; `s`, `ms` and `µs` stay."""
    first, space, others = unit.partition(" ")
    ending = "es" if first.endswith("sses") else "s" if len(first) > len("ms") else ""
    return f"{first.removesuffix(ending)}{space}{others}"


@dataclass(frozen=True)
class Quantity:
    """Something that a family predicts and measures.

    `key` is its name in JSON, and `label` its name on the terminal and on pages (empty: the key). `unit` follows a
    value on the terminal, and `noun` follows it in the sentence of the prediction (None: the unit). A number has
    `digits` decimals. `read` replaces all this if a value is not a number. With `each`, the quantity maps several names
    to such values.
    """

    key: str
    unit: str = ""
    noun: str | None = None
    digits: int = 0
    read: Read | None = None
    each: bool = False
    label: str = ""

    def __post_init__(self) -> None:
        """Raises TypeError for a `read` that is no function: without this, only the first run would fail by it."""
        if self.read is not None and not callable(self.read):
            raise TypeError(f"Quantity {self.key!r}: read must be a function from a value to text, not {self.read!r}")

    def words(self, value: Json, unit: str | None = None) -> str:
        """A value in a table."""
        if self.read is not None:
            return self._read(self.read, value)
        if not is_number(value):
            return plainly(value)
        number, following = f"{value:.{self.digits}f}", self.unit if unit is None else unit
        return f"{number} {singular(following) if number == '1' else following}".rstrip()

    def sentence(self, value: Json) -> str:
        """A value in the sentence of the prediction."""
        return self.words(value, self.noun)

    def _read(self, read: Read, value: Json) -> str:
        """Raises TypeError that names the quantity when `read` is for values of another type."""
        try:
            return read(value)
        except (TypeError, AttributeError) as error:
            raise TypeError(f"Quantity {self.key!r}: its read cannot put {value!r} in words: {error}") from error


@dataclass(frozen=True)
class CostCurve:
    """A measured cost that a sweep draws against a parameter: a number, or one for each of several names.

    `key` is its name in what is measured; `unit` follows a value. If a value maps values of the parameter `over` to
    costs, one run has measured a whole curve. `grain` is the resolution of the cost, such as a clock's tick.
    """

    key: str
    title: str
    unit: str = ""
    over: str | None = None
    grain: float = 0.0


BOUNDS: Mapping[str, Callable[[float], Expectation]] = {"at_most": AtMost, "at_least": AtLeast}


def is_bound(expected: Json) -> bool:
    """Whether this is a bound as --json prints it, rather than a mapping of names to values."""
    return isinstance(expected, Mapping) and len(expected) == 1 and not BOUNDS.keys().isdisjoint(expected)


def read_json(expected: Json, read: Read) -> str:
    """The words of an expectation as --json prints it."""
    if is_bound(expected):
        ((bound, value),) = expected.items()
        return BOUNDS[bound](value).words(read)
    if isinstance(expected, list) and len(expected) == 2 and all(map(is_number, expected)):
        return Between(*expected).words(read)
    return read(expected)
