"""Scales: where a value lies on an axis, and which values to write beside it. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

# Values that differ by more than this factor are easier to compare by their logarithms.
WIDE = 30
# Smaller values are rounding errors, not quantities of the lab.
LEAST = 1e-9
STEPS = (1, 2, 5, 10)
# Below it Python writes a power of ten.
SMALL = 1e-4


class Scale(Protocol):
    """One axis."""

    def place(self, value: float) -> float:
        """From 0, the low end, to 1, the high one."""

    def ticks(self, most: int) -> Sequence[float]:
        """About `most` round values between the ends, rising."""

    def ends(self) -> tuple[str, float, float]:
        """`linear` or `log`, and the values at the low and the high end, for charts.js."""


@dataclass(frozen=True)
class Linear:
    """Equal distances for equal differences; the ticks of a `counted` quantity are whole numbers."""

    low: float
    high: float
    counted: bool = False

    def place(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)

    def ticks(self, most: int) -> Sequence[float]:
        """Multiples of 1, 2 or 5 times a power of ten."""
        raw = max((self.high - self.low) / max(1, most), 1.0 if self.counted else 0.0)
        power = 10.0 ** math.floor(math.log10(raw))
        step = power * next(one for one in STEPS if one * power >= raw * (1 - 1e-9))
        first = math.ceil(self.low / step - 1e-9)
        return [round(n * step, 12) for n in range(first, math.floor(self.high / step + 1e-9) + 1)]

    def ends(self) -> tuple[str, float, float]:
        return "linear", self.low, self.high


@dataclass(frozen=True)
class Logarithmic:
    """Equal distances for equal ratios; both ends are above 0."""

    low: float
    high: float

    def place(self, value: float) -> float:
        return math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)

    def ticks(self, most: int) -> Sequence[float]:
        """Powers of ten, with 2 and 5 times each if there is room."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for factors in ((1, 2, 5), (1, 3), (1,)):
            found = [factor * 10.0**power for power in powers for factor in factors]
            inside = [one for one in found if self.low * (1 - 1e-9) <= one <= self.high * (1 + 1e-9)]
            if len(inside) <= most:
                return inside
        return inside[:: math.ceil(len(inside) / max(1, most))]

    def ends(self) -> tuple[str, float, float]:
        return "log", self.low, self.high


@dataclass(frozen=True)
class Ordinal:
    """Equally spaced places for the numbers 0 to `count` - 1."""

    count: int

    def place(self, value: float) -> float:
        return (value + 0.5) / self.count

    def ticks(self, most: int) -> Sequence[float]:  # noqa: ARG002 - every place has its own name
        return range(self.count)

    def ends(self) -> tuple[str, float, float]:
        return "linear", -0.5, self.count - 0.5


def from_zero(values: Iterable[float], *, counted: bool = False) -> Linear:
    """A linear scale from 0 to a little above the largest value."""
    high = max((value for value in values if math.isfinite(value)), default=0.0)
    return Linear(0.0, high * 1.05 if high > 0 else 1.0, counted)


def fitting(values: Iterable[float]) -> Scale:
    """A logarithmic scale if all values are above 0 and far apart, else a linear one from 0."""
    known = [value for value in values if math.isfinite(value)]
    if known and min(known) > LEAST and max(known) / min(known) > WIDE:
        return Logarithmic(min(known) * 0.8, max(known) * 1.25)
    return from_zero(known)


def alike(across: Iterable[float], upwards: Iterable[float]) -> tuple[Scale, Scale]:
    """Two axes of one kind, logarithmic or linear: so that a proportional cost is a straight line."""
    values = [[one for one in some if math.isfinite(one)] for some in (across, upwards)]
    if (
        all(values)
        and all(min(some) > LEAST for some in values)
        and any(max(some) / min(some) > WIDE for some in values)
    ):
        x, y = (Logarithmic(min(some) * 0.8, max(some) * 1.25) for some in values)
        return x, y
    return from_zero(values[0]), from_zero(values[1])


def number(value: float) -> str:
    """A value as an axis or a label shows it: three significant digits (four from 1,000 on), with commas.

    Never a power of ten: 0.000084 is no 8.4e-05.
    """
    if abs(value) >= 1000:
        return f"{round(value, -max(0, math.floor(math.log10(abs(value))) - 3)):,.0f}"
    return significant(value, 3)


def significant(value: float, digits: int) -> str:
    """A value below a million with so many significant digits, without zeros at its end and without a power of ten."""
    if not value or abs(value) >= SMALL:
        return f"{value:.{digits}g}"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{value:.{decimals}f}".rstrip("0")
