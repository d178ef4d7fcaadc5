"""How a cost grows with N: the power of N that fits a series best. Pure.

The slope of a straight line through (log N, log cost), by least squares: 0 is flat, 1 linear, 2 quadratic.
"""

import math
from collections.abc import Mapping

LEAST_POINTS = 3


def exponent(series: Mapping[float, float]) -> float:
    """The power of N that fits `series` (N to cost, both above 0) best; raises ValueError for too little to tell."""
    if len(series) < LEAST_POINTS:
        raise ValueError(f"{len(series)} values are too few; {LEAST_POINTS} are needed")
    if min(series) <= 0 or min(series.values()) <= 0:
        raise ValueError("only numbers above 0 have a logarithm")
    points = [(math.log(n), math.log(cost)) for n, cost in series.items()]
    middle_n, middle = (math.fsum(column) / len(points) for column in zip(*points, strict=True))
    spread = math.fsum((n - middle_n) ** 2 for n, _ in points)
    if not spread:
        raise ValueError("all values are of the same N")
    return math.fsum((n - middle_n) * (cost - middle) for n, cost in points) / spread
