"""Curves: a cost against N, values over time, and the percentiles of a cost."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scenarios.pictures import Band, Bound, Curves, Percentiles, TimeChart
from scenarios.report.charts.figure import Figure, Looks, cell, looks_of, notes_of
from scenarios.report.charts.plane import Curve, Plane, Points
from scenarios.report.charts.scales import Linear, Logarithmic, Ordinal, alike, fitting, from_zero, number
from scenarios.report.charts.shapes import NARROW, WIDE

# A bound is drawn if the highest value comes this near to it; farther away it would flatten the curve.
NEAR = 0.2
# The share of the height that is kept free for each bound, whose words stand above it.
ROOM = 0.07
# The name of the axis of time, and what follows the names of other axes.
SECONDS, LOGARITHMIC = "seconds", ", logarithmic"
# A long table shows about this many rows, evenly spaced.
MOST_ROWS = 60


def curves(picture: Curves, looks: Looks) -> Figure:
    """Both axes are logarithmic if values are far apart: there, a proportional cost is a straight line of slope 1."""
    series = {name: sorted(points.items()) for name, points in picture.series.items() if points}
    ends = [end for some in picture.predicted.values() for band in some.values() for end in band.ends if end > 0]
    breaks = [n for places in picture.cliffs.values() for n in places]
    x, y = alike(
        [*(n for points in series.values() for n, _ in points), *breaks],
        [*(value for points in series.values() for _, value in points), *ends],
    )
    numbers = sorted({n for points in series.values() for n, _ in points})
    scale = LOGARITHMIC if isinstance(y, Logarithmic) else ""
    guides = {words: sorted(points.items()) for words, points in picture.guides.items()}
    drawn = [
        Curve(name, points, looks.get(name, 0), sorted(picture.predicted.get(name, {}).items(), key=_first))
        for name, points in series.items()
    ]
    planes = [
        Plane(width, x, y, picture.across + scale, picture.upwards + scale, guides=guides) for width in (WIDE, NARROW)
    ]
    both = "Both axes are logarithmic: a straight line of slope 1 is a cost in proportion to N." if scale else ""
    return Figure(
        picture.title,
        "; ".join(_from_to(name, points, picture.upwards, picture.across) for name, points in series.items()),
        [picture.across, *(f"{name}, {picture.upwards}" for name in series)],
        [[number(n), *(cell(dict(points).get(n)) for points in series.values())] for n in numbers],
        "curves",
        _drawn(drawn, planes),
        notes_of(both, picture.note),
        has_prediction=bool(picture.predicted),
    )


def _first(pair: tuple[float, Band]) -> float:
    return pair[0]


def _drawn(curves: Sequence[Curve], planes: Sequence[Plane]) -> dict[str, Any]:
    return {"charts": [plane.chart(curves) for plane in planes], "data": _data(curves, planes[0])} if curves else {}


def _data(curves: Sequence[Curve], plane: Plane) -> dict[str, Any]:
    """The data for charts.js: the series with their points, and the axes' names."""
    series = [[one.name, [(float(f"{x:.6g}"), float(f"{y:.6g}")) for x, y in one.points]] for one in curves]
    across, unit = (name.removesuffix(LOGARITHMIC) for name in (plane.across, plane.upwards))
    return {"series": series, "across": across, "unit": unit, "time": plane.across == SECONDS}


def _from_to(name: str, points: Points, unit: str, across: str) -> str:
    (first, low), (last, high) = points[0], points[-1]
    return f"{name}: {number(low)} {unit} at {number(first)} {across}, {number(high)} {unit} at {number(last)}"


def percentiles(picture: Percentiles, looks: Looks) -> Figure:
    """Percentiles stand at equal distances, so that the rare long waits have as much room as the common ones."""
    shares = list(dict.fromkeys(share for values in picture.series.values() for share in values))
    series = {
        name: [(float(n), values[share]) for n, share in enumerate(shares) if share in values]
        for name, values in picture.series.items()
        if values
    }
    bands = {
        name: [(float(n), some[share]) for n, share in enumerate(shares) if share in some]
        for name, some in picture.predicted.items()
    }
    ends = [end for some in bands.values() for _, band in some for end in band.ends if end > 0]
    y = fitting([*(value for points in series.values() for _, value in points), *ends])
    across = "share of the requests that took no longer"
    upwards = f"{picture.unit}{LOGARITHMIC}" if isinstance(y, Logarithmic) else picture.unit
    planes = [Plane(width, Ordinal(len(shares)), y, across, upwards, shares) for width in (WIDE, NARROW)]
    drawn = [Curve(name, points, looks.get(name, 0), bands.get(name, ())) for name, points in series.items()]
    return Figure(
        picture.title,
        "; ".join(
            f"{name}: " + ", ".join(f"{share} within {number(value)} {picture.unit}" for share, value in values.items())
            for name, values in picture.series.items()
        ),
        ["", *(f"{share}, {picture.unit}" for share in shares)],
        [[name, *(cell(values.get(share)) for share in shares)] for name, values in picture.series.items()],
        "curves",
        _drawn(drawn, planes),
        notes_of(picture.note),
        has_prediction=bool(picture.predicted),
    )


def over_time(picture: TimeChart, looks: Looks | None = None) -> Figure:
    """Values from the first second to the last, with the bounds that they came near and the moments."""
    series = {name: points for name, points in picture.series.items() if points}
    values = [value for points in series.values() for _, value in points]
    bounds = [bound for bound in picture.bounds if max(values, default=0.0) >= NEAR * bound.value]
    if len(series) == 1:
        bounds = _within_reach(bounds, max(values))
    times = [second for points in series.values() for second, _ in points]
    first = min(times, default=0.0)
    last = max([*times, *(at for at, _ in picture.moments if times)], default=1.0)
    looks = looks or looks_of(series)
    x = Linear(first, last if last > first else first + 1)
    reaching = [*values, *((1 + ROOM * len(bounds)) * bound.value for bound in bounds)]
    y = from_zero(reaching, counted=all(float(value).is_integer() for value in values))
    moments = [(at, word) for at, word in picture.moments if first <= at <= last]
    planes = [Plane(width, x, y, SECONDS, picture.unit, bounds=bounds, moments=moments) for width in (WIDE, NARROW)]
    highest = (f"{name}: {number(max(v for _, v in points))} {picture.unit} at most" for name, points in series.items())
    return Figure(
        picture.title,
        "; ".join([*highest, *(f"{number(bound.value)}: {bound.words}" for bound in bounds)]),
        ["seconds", *(f"{name}, {picture.unit}" for name in series)],
        _rows(series),
        "curves",
        _drawn([Curve(name, points, looks.get(name, 0)) for name, points in series.items()], planes),
        _notes(bounds, moments),
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
    return [[f"{second:.2f}", *(cell(points.get(second)) for points in known)] for second in shown]
