"""How a cost grows with N: the power of N that fits a series best, and whether that is flat, linear or quadratic. Pure.

`exponent` gives a pure power: a straight line through (log N, log cost). A fixed cost hides growth from it: 50 + N from
N = 50 to 1000 looks like N to the 0.8. So `fit` compares three models, by least squares of the relative errors, since
disturbances are proportional to the cost:

- flat: only a fixed cost. This holds unless a growing model fits significantly better (F test, 95 %) and the cost grows
  by half or more over all N; the exponent of the pure power, with its interval, must also be near 0.
- a + b N^p with a and b not below 0: for every p from 0.05 to 4 the best a and b are one step of linear algebra. The
  result has the best p and a 95 % confidence interval: every p that fits not significantly worse (Student's t).
- a + b N log N, which looks like N to the 1.2 and is hard to tell from a line: if both fit, both are named.

A kind is named if its exponent is in the interval, give or take 0.25, and no other kind's is; else it cannot be told.
The intervals are those of Draper and Smith, Applied Regression Analysis, 24.2 (a profile of the sum of squares).
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from scenarios.theory import least_squares
from scenarios.theory.least_squares import Weighted

LEAST_POINTS = 3
# One more than the unknowns of a + b N^p.
LEAST_TELLING = 4
FLAT, FALLING, LINEAR, QUADRATIC, CUBIC = "flat", "falling", "linear", "quadratic", "cubic"
N_LOG_N, UNKNOWN = "n log n", "cannot tell"
POWERS = {FLAT: 0.0, LINEAR: 1.0, QUADRATIC: 2.0, CUBIC: 3.0}
# How far an exponent may be from a kind's own to be named so, and how far its whole interval.
NEAR, WITHIN = 0.25, 0.5
LEAST_RISE = 1.5
# Smaller relative errors are not believed: no measurement is so exact.
BEST = 1e-3
# A cost that is counted in grains, such as clock ticks, has a relative error only from so many grains on.
GRAINS = 20
SURE = 0.95
TRIED = tuple(number / 100 for number in range(5, 401))
# Student's t, two-sided at 95 %, for 1 to 10 degrees of freedom.
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
NORMAL = 1.959964
LARGEST = 700.0  # e to this power is still a finite number


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How a series grows: `kind` is one of the names above, or one like `between linear and quadratic`.

    The cost is about `fixed` + `factor` * N^`exponent`, with a 95 % confidence interval from `low` to `high` for the
    exponent (None for too few numbers). `or_else` is another kind that fits as well; `why` says why no kind is named.
    """

    kind: str
    exponent: float | None = None
    low: float | None = None
    high: float | None = None
    fixed: float = 0.0
    factor: float = 0.0
    points: int = 0
    or_else: str | None = None
    why: str | None = None

    @property
    def named(self) -> str:
        return f"{self.kind}, or {self.or_else}" if self.or_else else self.kind


def exponent(series: Mapping[float, float]) -> float:
    """The power of N that fits `series` (N to cost) best; raises ValueError unless it has three values above 0."""
    if len(series) < LEAST_POINTS:
        raise ValueError(f"{len(series)} values are too few; {LEAST_POINTS} are needed")
    if min(series) <= 0 or min(series.values()) <= 0:
        raise ValueError("every N and every cost must be above 0")
    return least_squares.slope(least_squares.logarithms((n, cost, 1.0) for n, cost in series.items()))


def fit(series: Mapping[float, float], grain: float = 0.0) -> Fit:
    """How `series` (N to cost) grows; costs are multiples of `grain`, if that is above 0."""
    # A cost of less than one grain is not 0.
    usable = {n: grained for n, cost in series.items() if n > 0 and (grained := max(cost, grain / 2)) > 0}
    if len(usable) < LEAST_TELLING:
        beside = f" beside {len(series) - len(usable)} of 0" if len(usable) < len(series) else ""
        why = f"{len(usable)} values{beside} are too few; {LEAST_TELLING} are needed"
        return Fit(kind=UNKNOWN, points=len(usable), why=why)
    points = [(n, cost, max(cost, GRAINS * grain) ** -2) for n, cost in sorted(usable.items())]
    flat, growing = _as_power(points), _Profile(points)
    kind = growing.kind() if growing.beats_flat() else None
    if kind is None:
        return _without_growth(flat, growing)
    if not growing.allows_n_log_n():
        return growing.with_kind(kind)
    # For small N the logarithm itself grows so much that N log N is far from a line.
    return growing.with_kind(kind, or_else=N_LOG_N) if kind == LINEAR else growing.with_kind(N_LOG_N)


def line(series: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """(a, b), neither below 0, of the straight line a + b * N through (N, cost) with the least squares."""
    return least_squares.line([(n, cost, 1.0) for n, cost in series])


def _without_growth(flat: Fit, growing: "_Profile") -> Fit:
    assert flat.low is not None
    assert flat.high is not None
    if flat.low >= -NEAR and flat.high <= NEAR:
        return flat
    if flat.high < -NEAR:
        return replace(flat, kind=FALLING)
    if growing.beats_flat():
        return growing.with_kind(UNKNOWN, why="more than one kind of growth fits")
    return replace(flat, kind=UNKNOWN, why="the values are too few, or scatter too much")


def _as_power(points: Weighted) -> Fit:
    logarithms = least_squares.logarithms((n, cost, weight * cost**2) for n, cost, weight in points)
    power, (middle_n, middle) = least_squares.slope(logarithms), least_squares.middles(logarithms)
    rest = sum(weight * (cost - middle - power * (n - middle_n)) ** 2 for n, cost, weight in logarithms)
    spread = sum(weight * (n - middle_n) ** 2 for n, _, weight in logarithms)
    free = len(points) - 2
    error = student(free) * math.sqrt(max(rest / free, BEST**2) / spread)
    factor = math.exp(min(LARGEST, middle - power * middle_n))
    return Fit(kind=FLAT, exponent=power, low=power - error, high=power + error, factor=factor, points=len(points))


class _Profile:
    """How well each p of the model a + b N^p fits some points."""

    def __init__(self, points: Weighted) -> None:
        self._points = points
        self._free = len(points) - LEAST_TELLING + 1
        rests = {power: _rest(points, partial(pow, exp=power)) for power in TRIED}
        self._best = min(rests, key=lambda power: rests[power])
        self._rest = max(rests[self._best], self._free * BEST**2)
        self._limit = self._rest * (1 + student(self._free) ** 2 / self._free)
        fitting = [power for power, rest in rests.items() if rest <= self._limit]
        self.interval = fitting[0], fitting[-1]
        most = max(n for n, _, _ in points)
        self._fixed, factor = least_squares.line(
            [((n / most) ** self._best, cost, weight) for n, cost, weight in points]
        )
        self._factor = factor * most**-self._best

    def beats_flat(self) -> bool:
        """Whether a fixed cost alone fits significantly worse, and the growth is large enough."""
        weights = sum(weight for _, _, weight in self._points)
        middle = sum(weight * cost for _, cost, weight in self._points) / weights
        flat = sum(weight * (cost - middle) ** 2 for _, cost, weight in self._points)
        least, most = (self._fixed + self._factor * self._points[end][0] ** self._best for end in (0, -1))
        chance = self._free / 2 * (math.pow(1 - SURE, -2 / self._free) - 1)  # of F with 2 degrees of freedom above
        return most >= LEAST_RISE * least and (flat - self._rest) / 2 > chance * self._rest / self._free

    def allows_n_log_n(self) -> bool:
        """Whether a + b N log N fits not significantly worse; below N = 1 it is no cost."""
        return self._points[0][0] >= 1 and _rest(self._points, lambda n: n * math.log(n)) <= self._limit

    def kind(self) -> str | None:
        """The only kind that is in the interval; None if there are several, or if the interval is too wide."""
        low, high = self.interval
        near = [kind for kind, power in POWERS.items() if low <= power + NEAR and high >= power - NEAR]
        if len(near) == 1 and POWERS[near[0]] - WITHIN <= low and high <= POWERS[near[0]] + WITHIN:
            return near[0] if near[0] != FLAT else None
        if near:
            return None
        below, *above = list(POWERS)[math.floor(low) :][:2]
        return f"between {below} and {above[0]}" if above else f"steeper than {below}"

    def with_kind(self, kind: str, **more: str | None) -> Fit:
        low, high = self.interval
        return Fit(
            kind=kind,
            exponent=self._best,
            low=low,
            high=high,
            fixed=self._fixed,
            factor=self._factor,
            points=len(self._points),
            **more,
        )


def _rest(points: Weighted, shape: Callable[[float], float]) -> float:
    """The sum of squares that the best a + b * shape(N) leaves."""
    most = shape(max(n for n, _, _ in points))
    scaled = [(shape(n) / most, cost, weight) for n, cost, weight in points]
    fixed, factor = least_squares.line(scaled)
    return sum(weight * (cost - fixed - factor * n) ** 2 for n, cost, weight in scaled)


def student(free: int) -> float:
    """Student's t, two-sided at 95 %, for so many degrees of freedom; beyond the table by Cornish and Fisher."""
    if free <= len(STUDENT):
        return STUDENT[free - 1]
    z = NORMAL
    return z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
