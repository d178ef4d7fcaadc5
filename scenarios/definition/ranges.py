"""Texts for several values of a parameter: a range such as 100..5000, spread over so many points, or a list."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.definition.parameters import UNITS, Kind, seconds, size
from scenarios.errors import UsageError

DOTS = ".."
POINTS = 6  # of a range, by default
LEAST_POINTS = 2
KIB = UNITS["KiB"]
# Digits that count of a number between the bounds, and of how far these are apart, where it need not be whole.
DIGITS = 3


@dataclass(frozen=True)
class Dimension:
    """A parameter and the values that it takes, as on a command line; `numbers` are the same values, None for words."""

    name: str
    values: tuple[str, ...]
    numbers: tuple[float, ...] | None

    @property
    def is_axis(self) -> bool:
        return self.numbers is not None and len(self.numbers) > 1


def dimension(name: str, text: str, kind: Kind, points: int | None = None) -> Dimension:
    """The values that `text` stands for: those of a range, of a list, or one; numbers rise.

    A range has `points` values, bounds included (None: POINTS, or fewer where there are not so many whole numbers).
    Raises UsageError.
    """
    low, dots, high = text.partition(DOTS)
    values = _spread(name, text, (low.strip(), high.strip()), kind, points) if dots else _listed(name, text, kind)
    if kind.read is None:
        return Dimension(name, values, None)
    rising = sorted(values, key=kind.read)
    return Dimension(name, tuple(rising), tuple(map(kind.read, rising)))


def _listed(name: str, text: str, kind: Kind) -> tuple[str, ...]:
    values = [part.strip() for part in text.split(",")]
    if not all(values):
        raise UsageError(f"{name} is {text!r}: a value is missing beside a comma")
    for value in values:
        kind.convert(name, value)
    return tuple(dict.fromkeys(values))


def _spread(name: str, text: str, bounds: tuple[str, str], kind: Kind, points: int | None) -> tuple[str, ...]:
    """The values of a range, each about as many times the one before."""
    if kind.read is None:
        those = ",".join(kind.choices) or "this,that"
        raise UsageError(f"{name} is {text!r}: a range is for numbers; give a list of values, such as {those}")
    low, high = (_bound(name, text, kind, one) for one in bounds)
    if high <= low:
        instead = f"a range rises, such as {bounds[1]}{DOTS}{bounds[0]}" if high < low else "that is one value"
        raise UsageError(f"{name} is {text!r}: {instead}")
    between = _decimals(low, high, points or POINTS) if kind.read is seconds else _whole(name, text, low, high, points)
    in_kib = kind.read is size and not (low % KIB or high % KIB)
    written = [f"{round(one / KIB)}KiB" if in_kib else plain(one) for one in between]
    if len({*map(kind.read, written), low, high}) < len(written) + 2:
        raise UsageError(f"{name} is {text!r}: {len(written) + 2} values are too many for so narrow a range")
    return (bounds[0], *written, bounds[1])


def _bound(name: str, text: str, kind: Kind, bound: str) -> float:
    assert kind.read is not None
    if not bound:
        raise UsageError(f"{name} is {text!r}: a range needs two ends, such as 10{DOTS}100")
    try:
        number = kind.read(bound)
    except ValueError as error:
        raise UsageError(f"{name} is {text!r}: {bound!r} is {error}") from error
    kind.convert(name, bound)
    return number


def _whole(name: str, text: str, low: float, high: float, points: int | None) -> Sequence[float]:
    """The values between the bounds: whole numbers, no two of them the same."""
    there = int(high - low) + 1
    if points is not None and points > there:
        raise UsageError(f"{name} is {text!r}: it has {there} whole numbers, fewer than the {points} points asked for")
    count = min(points or POINTS, there)
    found = [low]
    for number, even in enumerate(_evenly(low, high, count), 1):
        # Above the one before, and with room for those to come.
        found.append(max(found[-1] + 1, min(round(even), high - (count - 1 - number))))
    return found[1:]


def _decimals(low: float, high: float, count: int) -> Sequence[float]:
    width = _decimal_places(high - low)
    return [round(one, max(width, _decimal_places(one))) for one in _evenly(low, high, count)]


def _decimal_places(number: float) -> int:
    """How many decimal places show DIGITS significant digits."""
    return DIGITS - 1 - math.floor(math.log10(number))


def _evenly(low: float, high: float, count: int) -> Sequence[float]:
    """The `count - 2` numbers between the bounds, at the same ratio; from 0 on, at the same distance."""
    parts = [number / (count - 1) for number in range(1, count - 1)]
    return [low * math.pow(high / low, part) if low > 0 else high * part for part in parts]


def plain(number: float) -> str:
    """A number as text: without an exponent, and without a point where it is whole."""
    return f"{number:.9f}".rstrip("0").rstrip(".")
