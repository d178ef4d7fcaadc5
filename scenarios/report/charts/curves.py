"""Curves: a cost against N, what was seen in the course of time, and how a cost is spread."""

import math
from collections.abc import Iterable, Mapping, Sequence

from scenarios.pictures import Bound, Course, Curves, Percentiles
from scenarios.report.charts.plane import Plane, Points
from scenarios.report.charts.scales import Linear, Ordinal, fitting, from_zero, number
from scenarios.report.charts.shapes import NARROW, WIDE, Figure

# A bound is drawn when what was seen comes this near to it; farther away it would flatten the curve.
NEAR = 0.2
# The words of bounds stand above them, and for each so much of the height is kept free.
ROOM = 0.07
# Of a long course every so many values are told in the table, so that it has about this many rows.
TOLD = 60


def curves(picture: Curves) -> Figure:
    """By logarithms where values are far apart: there, proportional costs rise in a straight line."""
    series = {name: sorted(points.items()) for name, points in picture.series.items() if points}
    x = fitting(n for points in series.values() for n, _ in points)
    y = fitting(value for points in series.values() for _, value in points)
    planes = [Plane(width, x, y, picture.across, picture.upwards) for width in (WIDE, NARROW)]
    numbers = sorted({n for points in series.values() for n, _ in points})
    return Figure(
        picture.title,
        "; ".join(_from_to(name, points, picture.upwards, picture.across) for name, points in series.items()),
        [plane.chart(series) for plane in planes] if series else [],
        [picture.across, *(f"{name}, {picture.upwards}" for name in series)],
        [[number(n), *(_told(dict(points).get(n)) for points in series.values())] for n in numbers],
    )


def _from_to(name: str, points: Points, unit: str, across: str) -> str:
    (first, low), (last, high) = points[0], points[-1]
    return f"{name}: {number(low)} {unit} at {number(first)} {across}, {number(high)} {unit} at {number(last)}"


def _told(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def percentiles(picture: Percentiles) -> Figure:
    """The shares at the same distance, rare ones as wide as common ones: it is these that people wait for."""
    shares = list(dict.fromkeys(share for values in picture.series.values() for share in values))
    series = {
        name: [(float(n), values[share]) for n, share in enumerate(shares) if share in values]
        for name, values in picture.series.items()
        if values
    }
    y = fitting(value for points in series.values() for _, value in points)
    planes = [
        Plane(width, Ordinal(len(shares)), y, "share of the requests that took no longer", picture.unit, shares)
        for width in (WIDE, NARROW)
    ]
    return Figure(
        picture.title,
        "; ".join(
            f"{name}: " + ", ".join(f"{share} within {number(value)} {picture.unit}" for share, value in values.items())
            for name, values in picture.series.items()
        ),
        [plane.chart(series) for plane in planes] if series else [],
        ["", *(f"{share}, {picture.unit}" for share in shares)],
        [[name, *(_told(values.get(share)) for share in shares)] for name, values in picture.series.items()],
    )


def course(picture: Course) -> Figure:
    """From the first second to the last, with the bounds that were come near to, and what had just happened when."""
    series = {name: points for name, points in picture.series.items() if points}
    values = [value for points in series.values() for _, value in points]
    bounds = near(picture.bounds, values)
    if len(series) == 1:
        bounds = _within_reach(bounds, max(values))
    times = [second for points in series.values() for second, _ in points]
    first, last = min([0.0, *times]), max(times, default=1.0)
    x = Linear(first, last if last > first else first + 1)
    reaching = [*values, *((1 + ROOM * len(bounds)) * bound.value for bound in bounds)]
    y = from_zero(reaching, counted=all(float(value).is_integer() for value in values))
    planes = [Plane(width, x, y, "seconds", picture.unit) for width in (WIDE, NARROW)]
    highest = (f"{name}: {number(max(v for _, v in points))} {picture.unit} at most" for name, points in series.items())
    return Figure(
        picture.title,
        "; ".join([*highest, *(f"{number(bound.value)}: {bound.words}" for bound in bounds)]),
        [plane.chart(series, bounds, picture.moments) for plane in planes] if series else [],
        ["seconds", *(f"{name}, {picture.unit}" for name in series)],
        _rows(series),
        _notes(bounds, picture.moments),
    )


def near(bounds: Iterable[Bound], values: Sequence[float]) -> list[Bound]:
    """Those that what was seen came near to, or went beyond."""
    most = max(values, default=0.0)
    return [bound for bound in bounds if most >= NEAR * bound.value]


def _within_reach(bounds: Sequence[Bound], most: float) -> list[Bound]:
    """Without those above one at which it ends: who does not come past that cannot come to them."""
    lowest = min((bound.value for bound in bounds if bound.value >= most), default=math.inf)
    return [bound for bound in bounds if bound.value <= lowest]


def _notes(bounds: Iterable[Bound], moments: Iterable[tuple[float, str]]) -> list[str]:
    told = [f"The line at {number(bound.value)}: {bound.words}." for bound in bounds]
    when = ", ".join(f"{word} at {second:.2f} s" for second, word in moments)
    return [*told, *([f"Moments: {when}."] if when else [])]


def _rows(series: Mapping[str, Points]) -> list[list[str]]:
    """A row for each time at which anything was seen, of long courses for some of them."""
    times = sorted({second for points in series.values() for second, _ in points})
    known = [dict(points) for points in series.values()]
    step = math.ceil(len(times) / TOLD) or 1
    shown = [*times[::step], *([times[-1]] if times and (len(times) - 1) % step else [])]
    return [[f"{second:.2f}", *(_told(points.get(second)) for points in known)] for second in shown]
