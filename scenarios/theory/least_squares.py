"""Straight lines with the least weighted squares. Pure."""

import math
from collections.abc import Iterable, Sequence

Weighted = Sequence[tuple[float, float, float]]  # (N, cost, weight)


def line(points: Weighted) -> tuple[float, float]:
    """(a, b), neither below 0, of the straight line with the least weighted squares."""
    middle_n, middle = middles(points)
    spread = sum(weight * (n - middle_n) ** 2 for n, _, weight in points)
    steepness = slope(points) if spread else 0.0
    if steepness <= 0:
        return middle, 0.0
    if middle >= steepness * middle_n:
        return middle - steepness * middle_n, steepness
    return 0.0, sum(w * n * cost for n, cost, w in points) / sum(w * n * n for n, _, w in points)


def slope(points: Weighted) -> float:
    """The slope of the straight line with the least weighted squares; raises ValueError if all have the same N."""
    middle_n, middle = middles(points)
    spread = math.fsum(weight * (n - middle_n) ** 2 for n, _, weight in points)
    if not spread:
        raise ValueError("all values have the same N")
    return math.fsum(weight * (n - middle_n) * (cost - middle) for n, cost, weight in points) / spread


def middles(points: Weighted) -> tuple[float, float]:
    """The weighted means of N and of the cost."""
    weights = math.fsum(weight for _, _, weight in points)
    return (
        math.fsum(weight * n for n, _, weight in points) / weights,
        math.fsum(weight * cost for _, cost, weight in points) / weights,
    )


def logarithms(points: Iterable[tuple[float, float, float]]) -> Weighted:
    """(log N, log cost, weight); a pure power is then a straight line."""
    return [(math.log(n), math.log(cost), weight) for n, cost, weight in points]
