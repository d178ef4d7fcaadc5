"""The confidence band of a fitted growth: where the curves lie whose exponents fit not significantly worse. Pure."""

import math
from collections.abc import Mapping, Sequence

from scenarios.theory import growth, least_squares
from scenarios.theory.least_squares import Weighted

# The curves between the ends of an interval that a band is drawn from.
STEPS = 20


def band(
    series: Mapping[float, float], fitted: growth.Fit, at: Sequence[float]
) -> list[tuple[float, float, float, float]]:
    """(N, fitted cost, lowest, highest) at each N: the extremes of the best curves whose exponents are in the interval.

    Empty if nothing was fitted. `series` are the values that `fitted` was made from.
    """
    points = [(n, cost, cost**-2) for n, cost in sorted(series.items()) if n > 0 and cost > 0]
    if fitted.exponent is None or fitted.low is None or fitted.high is None or len(points) < growth.LEAST_TELLING:
        return []
    with_fixed = fitted.kind not in (growth.FLAT, growth.FALLING) and fitted.low >= growth.TRIED[0]
    powers = [fitted.low + (fitted.high - fitted.low) * part / STEPS for part in range(STEPS + 1)]
    curves = [(_best_with if with_fixed else _through_middle)(points, power) for power in powers]
    found = []
    for n in at:
        costs = [fixed + factor * n**power for power, (fixed, factor) in zip(powers, curves, strict=True)]
        best = fitted.fixed + fitted.factor * n**fitted.exponent
        found.append((n, best, min(best, *costs), max(best, *costs)))
    return found


def _best_with(points: Weighted, power: float) -> tuple[float, float]:
    most = max(n for n, _, _ in points)
    fixed, factor = least_squares.line([((n / most) ** power, cost, weight) for n, cost, weight in points])
    return fixed, factor * most**-power


def _through_middle(points: Weighted, power: float) -> tuple[float, float]:
    middle_n, middle = least_squares.middles(least_squares.logarithms((n, cost, 1.0) for n, cost, _ in points))
    return 0.0, math.exp(min(growth.LARGEST, middle - power * middle_n))
