"""What can be predicted of anything: expectations, how a measured value differs from one, and how it reads."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, Protocol

from scenarios.theory.growth import exponent

# What JSON can hold: what is measured is saved with the run, and printed by --json.
Json = Any
Read = Callable[[Json], str]


def plainly(value: Json) -> str:
    """A value as it is, and `none` for none."""
    return "none" if value is None else str(value)


# What is foreseen of a number that only counts beside others.
ANY = "any"


class Expectation(Protocol):
    """What a measured value must be."""

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """None when `measured` agrees; else what was predicted and what was measured, values in the words of `read`."""

    def words(self, read: Read = plainly) -> str:
        """The expectation in a few words."""

    def json(self) -> Json:
        """The expectation as --json prints it."""


def _told(expected: str, measured: Json, read: Read) -> str:
    return f"predicted {expected}, measured {read(measured)}"


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True)
class Exactly:
    """This value and no other."""

    value: Json

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """Agrees with the same value of the same kind: True is not 1."""
        same = measured == self.value and isinstance(measured, bool) == isinstance(self.value, bool)
        return None if same else _told(self.words(read), measured, read)

    def words(self, read: Read = plainly) -> str:
        """The value."""
        return read(self.value)

    def json(self) -> Json:
        """The value."""
        return self.value


@dataclass(frozen=True)
class Between:
    """A number from `low` to `high`, both included."""

    low: float
    high: float

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """Agrees with a number within the bounds."""
        within = _is_number(measured) and self.low <= measured <= self.high
        return None if within else _told(self.words(read), measured, read)

    def words(self, read: Read = plainly) -> str:
        """`1.80 to 2.90 s`: the unit once."""
        low, high = read(self.low), read(self.high)
        number, space, unit = high.partition(" ")
        return f"{low.removesuffix(space + unit)} to {number}{space}{unit}"

    def json(self) -> Json:
        """`[low, high]`."""
        return [self.low, self.high]


@dataclass(frozen=True)
class AtMost:
    """A number that is not above `high`."""

    high: float

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """Agrees with a number up to the bound."""
        within = _is_number(measured) and measured <= self.high
        return None if within else _told(self.words(read), measured, read)

    def words(self, read: Read = plainly) -> str:
        """`at most 12 MiB`."""
        return f"at most {read(self.high)}"

    def json(self) -> Json:
        """`{"at_most": high}`."""
        return {"at_most": self.high}


@dataclass(frozen=True)
class AtLeast:
    """A number that is not below `low`."""

    low: float

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """Agrees with a number from the bound on."""
        within = _is_number(measured) and measured >= self.low
        return None if within else _told(self.words(read), measured, read)

    def words(self, read: Read = plainly) -> str:
        """`at least 12 MiB`; of what only counts beside others, `any`."""
        return f"at least {read(self.low)}" if self.low else ANY

    def json(self) -> Json:
        """`{"at_least": low}`."""
        return {"at_least": self.low}


@dataclass(frozen=True)
class Each:
    """A mapping with exactly these names, each value as its own expectation says."""

    of: Mapping[str, Expectation]

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """Agrees when no name is missing, none is unforeseen, and every value agrees."""
        found = measured if isinstance(measured, Mapping) else {}
        parts = [f"{name}: {told}" for name, one in self.of.items() if (told := _of_one(one, name, found, read))]
        return "; ".join(parts + [f"{name}: not foreseen by theory" for name in found if name not in self.of]) or None

    def words(self, read: Read = plainly) -> str:
        """All of them, those of whom the same is expected together: `serial 1.00 s, threads and gevent 0.50 s`."""
        alike: dict[str, list[str]] = {}
        for name, one in self.of.items():
            alike.setdefault(one.words(read), []).append(name)
        return ", ".join(f"{_listed(names)} {words}" for words, names in alike.items())

    def json(self) -> Json:
        """The same mapping."""
        return {name: one.json() for name, one in self.of.items()}


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _of_one(one: Expectation, name: str, found: Mapping[str, Json], read: Read) -> str | None:
    return one.difference(found[name], read) if name in found else f"predicted {one.words(read)}, not measured"


@dataclass(frozen=True)
class Order:
    """The values of these names rise in this order, each at least `margin` times the one before.

    A tuple of names stands for several, of whom each is above each of those before; nothing is said among them.
    """

    names: tuple[str | tuple[str, ...], ...]
    margin: float = 1.0

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """Agrees when every name has a number, and each is `margin` times the one before or more."""
        found = measured if isinstance(measured, Mapping) else {}
        missing = [name for group in self._groups() for name in group if not _is_number(found.get(name))]
        if missing:
            return f"not measured: {', '.join(missing)}"
        pairs = [pair for before, after in pairwise(self._groups()) for pair in product(before, after)]
        wrong = [(low, high) for low, high in pairs if found[high] < found[low] * self.margin]
        told = (f"{high} {read(found[high])} is not {self._factor()}{low} {read(found[low])}" for low, high in wrong)
        return "; ".join(told) or None

    def _groups(self) -> list[tuple[str, ...]]:
        return [(one,) if isinstance(one, str) else one for one in self.names]

    def _factor(self) -> str:
        return "above " if self.margin == 1 else f"{self.margin:g} times "

    def words(self, read: Read = plainly) -> str:  # noqa: ARG002 - names alone, no value
        """`gevent < serial`, or with a margin `serial at least 3 times gevent`."""
        groups = [_listed(group) for group in self._groups()]
        if self.margin == 1:
            return " < ".join(groups)
        return ", ".join(f"{high} at least {self.margin:g} times {low}" for low, high in pairwise(groups))

    def json(self) -> Json:
        """The names and the margin."""
        return {"order": list(self.names), "margin": self.margin}


@dataclass(frozen=True)
class Ratio:
    """The value of `over` is from `low` to `high` times that of `under`; `high` may be endless."""

    over: str
    under: str
    low: float
    high: float = math.inf

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """Agrees when both names have a number, the lower one is not 0, and their ratio is within the bounds."""
        found = measured if isinstance(measured, Mapping) else {}
        missing = [name for name in (self.over, self.under) if not _is_number(found.get(name))]
        if missing:
            return f"not measured: {', '.join(missing)}"
        over, under = found[self.over], found[self.under]
        if under and self.low <= over / under <= self.high:
            return None
        times = f"{over / under:.3g} times" if under else "no multiple of"
        return f"predicted {self.words(read)}, measured {read(over)}, {times} {read(under)}"

    def words(self, read: Read = plainly) -> str:  # noqa: ARG002 - names and factors alone, no value
        """`process 1.6 to 2.2 times thread`."""
        bounds = f"at least {self.low:g}" if self.high == math.inf else f"{self.low:g} to {self.high:g}"
        return f"{self.over} {bounds} times {self.under}"

    def json(self) -> Json:
        """The names and the bounds; None is no upper one."""
        high = None if self.high == math.inf else self.high
        return {"ratio": [self.over, self.under], "low": self.low, "high": high}


@dataclass(frozen=True)
class Growth:
    """The values of the series `name` grow as N to a power from `low` to `high`: 0 is flat, 1 linear, 2 quadratic.

    A series maps each N, as JSON's text or as a number, to a value above 0; it has three values or more.
    """

    name: str
    low: float
    high: float

    def difference(self, measured: Json, read: Read = plainly) -> str | None:  # noqa: ARG002 - a power has no unit
        """Agrees when the power that fits the series best is within the bounds."""
        series = measured.get(self.name) if isinstance(measured, Mapping) else None
        try:
            power = exponent({float(n): float(value) for n, value in (series or {}).items()})
        except (AttributeError, TypeError, ValueError) as error:
            return f"{self.name}: no growth can be told: {error}"
        told = f"predicted {self.words()}, measured N to the {power:.2f}"
        return None if self.low <= power <= self.high else told

    def words(self, read: Read = plainly) -> str:  # noqa: ARG002 - a power has no unit
        """`epoll grows as N to the -0.3 to 0.3`."""
        return f"{self.name} grows as N to the {self.low:g} to {self.high:g}"

    def json(self) -> Json:
        """The name and the bounds of the power."""
        return {"growth": self.name, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Quantity:
    """Something that a family predicts and measures.

    `key` is its name in JSON, `unit` stands behind a value on the terminal, `noun` behind one in the sentence that
    tells the prediction (None: the unit). `digits` behind the point are shown of a number; `read` replaces all that
    for a value that is no number. Of one that has a value for `each` of several names, that holds for each value.
    """

    key: str
    unit: str = ""
    noun: str | None = None
    digits: int = 0
    read: Read | None = None
    each: bool = False

    def words(self, value: Json) -> str:
        """A value as the terminal shows it."""
        return self._with(value, self.unit)

    def sentence(self, value: Json) -> str:
        """A value as the prediction's sentence has it."""
        return self._with(value, self.unit if self.noun is None else self.noun)

    def _with(self, value: Json, unit: str) -> str:
        if self.read is not None:
            return self.read(value)
        if not _is_number(value):
            return plainly(value)
        return f"{value:.{self.digits}f} {unit}".rstrip()


@dataclass(frozen=True)
class CostCurve:
    """A cost among what is measured, of which a curve against a parameter is worth a look: a number, or one for each of
    several names.

    `key` is its name among all that is measured, `title` says what of, `unit` stands behind a value. A value that is
    itself a mapping from values of the parameter `over` to costs is a curve that one run has measured. Costs that are
    counted in grains, such as ticks of a clock, are multiples of `grain`.
    """

    key: str
    title: str
    unit: str = ""
    over: str | None = None
    grain: float = 0.0


BOUNDS: Mapping[str, Callable[[float], Expectation]] = {"at_most": AtMost, "at_least": AtLeast}


def is_bound(expected: Json) -> bool:
    """Whether this is a bound as --json prints it, and no mapping of names to values."""
    return isinstance(expected, Mapping) and len(expected) == 1 and not BOUNDS.keys().isdisjoint(expected)


def read_json(expected: Json, read: Read) -> str:
    """An expectation that --json printed, in a few words."""
    if is_bound(expected):
        ((bound, value),) = expected.items()
        return BOUNDS[bound](value).words(read)
    if isinstance(expected, list) and len(expected) == 2 and all(map(_is_number, expected)):
        return Between(*expected).words(read)
    return read(expected)
