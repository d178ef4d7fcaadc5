"""Curves: a cost against N, values over time, and the percentiles of a cost."""

import math
from collections.abc import Iterable, Mapping, Sequence

from scenarios.pictures import Bound, Curves, Percentiles, TimeChart
from scenarios.report.charts.figure import Figure
from scenarios.report.charts.plane import Plane, Points
from scenarios.report.charts.scales import Linear, Ordinal, fitting, from_zero, number
from scenarios.report.charts.shapes import NARROW, WIDE, Chart

# A bound is drawn if the highest value comes this near to it; farther away it would flatten the curve.
NEAR = 0.2
# The share of the height that is kept free for each bound, whose words stand above it.
ROOM = 0.07
# A long table shows about this many rows, evenly spaced.
MOST_ROWS = 60


def curves(picture: Curves) -> Figure:
    """Logarithmic axes if values are far apart: there, a proportional cost is a straight line."""
    series = {name: sorted(points.items()) for name, points in picture.series.items() if points}
    x = fitting(n for points in series.values() for n, _ in points)
    y = fitting(value for points in series.values() for _, value in points)
    numbers = sorted({n for points in series.values() for n, _ in points})
    return Figure(
        picture.title,
        "; ".join(_from_to(name, points, picture.upwards, picture.across) for name, points in series.items()),
        [picture.across, *(f"{name}, {picture.upwards}" for name in series)],
        [[number(n), *(_cell(dict(points).get(n)) for points in series.values())] for n in numbers],
        "curves",
        _drawn(series, [Plane(width, x, y, picture.across, picture.upwards) for width in (WIDE, NARROW)]),
    )


def _drawn(
    series: Mapping[str, Points],
    planes: Iterable[Plane],
    bounds: Sequence[Bound] = (),
    moments: Sequence[tuple[float, str]] = (),
) -> dict[str, Sequence[Chart]]:
    return {"charts": [plane.chart(series, bounds, moments) for plane in planes]} if series else {}


def _from_to(name: str, points: Points, unit: str, across: str) -> str:
    (first, low), (last, high) = points[0], points[-1]
    return f"{name}: {number(low)} {unit} at {number(first)} {across}, {number(high)} {unit} at {number(last)}"


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def percentiles(picture: Percentiles) -> Figure:
    """Percentiles stand at equal distances, so that the rare long waits have as much room as the common ones."""
    shares = list(dict.fromkeys(share for values in picture.series.values() for share in values))
    series = {
        name: [(float(n), values[share]) for n, share in enumerate(shares) if share in values]
        for name, values in picture.series.items()
        if values
    }
    y = fitting(value for points in series.values() for _, value in points)
    across = "share of the requests that took no longer"
    planes = [Plane(width, Ordinal(len(shares)), y, across, picture.unit, shares) for width in (WIDE, NARROW)]
    return Figure(
        picture.title,
        "; ".join(
            f"{name}: " + ", ".join(f"{share} within {number(value)} {picture.unit}" for share, value in values.items())
            for name, values in picture.series.items()
        ),
        ["", *(f"{share}, {picture.unit}" for share in shares)],
        [[name, *(_cell(values.get(share)) for share in shares)] for name, values in picture.series.items()],
        "curves",
        _drawn(series, planes),
    )


def over_time(picture: TimeChart) -> Figure:
    """Values from the first second to the last, with the bounds that they came near and the moments."""
    series = {name: points for name, points in picture.series.items() if points}
    values = [value for points in series.values() for _, value in points]
    bounds = [bound for bound in picture.bounds if max(values, default=0.0) >= NEAR * bound.value]
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
        ["seconds", *(f"{name}, {picture.unit}" for name in series)],
        _rows(series),
        "curves",
        _drawn(series, planes, bounds, picture.moments),
        _notes(bounds, picture.moments),
    )


def _within_reach(bounds: Sequence[Bound], most: float) -> list[Bound]:
    """Drops the bounds above the first one that a single curve cannot pass: it cannot reach those."""
    lowest = min((bound.value for bound in bounds if bound.value >= most), default=math.inf)
    return [bound for bound in bounds if bound.value <= lowest]


def _notes(bounds: Iterable[Bound], moments: Iterable[tuple[float, str]]) -> list[str]:
    lines = [f"The line at {number(bound.value)}: {bound.words}." for bound in bounds]
    when = ", ".join(f"{word} at {second:.2f} s" for second, word in moments)
    return [*lines, *([f"Moments: {when}."] if when else [])]


def _rows(series: Mapping[str, Points]) -> list[list[str]]:
    times = sorted({second for points in series.values() for second, _ in points})
    known = [dict(points) for points in series.values()]
    step = math.ceil(len(times) / MOST_ROWS) or 1
    shown = [*times[::step], *([times[-1]] if times and (len(times) - 1) % step else [])]
    return [[f"{second:.2f}", *(_cell(points.get(second)) for points in known)] for second in shown]
