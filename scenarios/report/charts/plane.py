"""The plane of a chart: its axes, its grid, its curves with what theory allows, and their names."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scenarios.pictures import Band, Bound
from scenarios.report.charts.scales import Scale, number
from scenarios.report.charts.shapes import (
    LINE,
    NARROW,
    Chart,
    Shape,
    Words,
    area,
    cut,
    key_of,
    line,
    look,
    mark,
    part_of,
    path,
    width_of,
)

Points = Sequence[tuple[float, float]]
HEIGHT, BELOW = 230, 40
# Room above the plane: for the unit, and for the words of moments.
UNIT_ROW, MOMENT_ROW = 24, 16
# The axis leaves at least so much room for its numbers.
LEAST_LEFT = 40.0
# A curve with at most MARKED points has a mark at each. Names beside the chart take at most NAMES pixels.
# MARGIN of these are for the mark, and since some names are wider than their number of characters tells.
MARKED, NAMES, MARGIN = 30, 200, 34
# Half the width of the box that shows what theory allows at one point.
BOX = 9


@dataclass(frozen=True)
class Curve:
    """A named line of points, with the look of its name and what theory allows at some values of x."""

    name: str
    points: Points
    look: int = 0
    allowed: Sequence[tuple[float, Band]] = ()


@dataclass(frozen=True)
class Plane:
    """`across` and `upwards` name the axes; `names` label the values of an ordinal axis."""

    width: float
    x: Scale
    y: Scale
    across: str
    upwards: str
    names: Sequence[str] = ()
    bounds: Sequence[Bound] = ()
    moments: Sequence[tuple[float, str]] = ()
    guides: Mapping[str, Points] = field(default_factory=dict)

    def chart(self, curves: Sequence[Curve]) -> Chart:
        """The curves with their names; bounds are horizontal lines, moments vertical ones."""
        beside = self.width > NARROW
        taken = min(NAMES, max((width_of(one.name) for one in curves), default=0.0) + MARGIN) if beside else 20
        right = self.width - taken
        shapes: list[Shape] = [*self._axes(right), *self._moments(right), *self._guided(right)]
        for n, one in enumerate(curves):
            shapes += part_of(n, self._allowed(one, right))
        for n, one in enumerate(curves):
            shapes += part_of(n, self._curve([(self.at(x, right), self.up(y)) for x, y in one.points], one.look))
        shapes += self._bounds(right)  # last, so that a curve along them does not hide them
        height = self.above + HEIGHT + BELOW
        if beside:
            shapes += self._named(curves, right)
        else:
            shapes += self._legend(curves)
            height += LINE * len(curves)
        return Chart(self.width, height, shapes, self._frame(right))

    def _frame(self, right: float) -> Mapping[str, Any]:
        box = self.left, self.above, right, self.above + HEIGHT
        return {"box": box, "x": self.x.ends(), "y": self.y.ends(), "names": self.names}

    @property
    def above(self) -> int:
        return UNIT_ROW + (MOMENT_ROW if self.moments else 0)

    @cached_property
    def left(self) -> float:
        """Where the axis stands, so that its longest number fits beside it."""
        return max(LEAST_LEFT, *(width_of(number(value)) + 10 for value in self.y.ticks(6)))

    def at(self, value: float, right: float) -> float:
        return self.left + self.x.place(value) * (right - self.left)

    def up(self, value: float) -> float:
        return self.above + (1 - self.y.place(value)) * HEIGHT

    def _axes(self, right: float) -> Iterator[Shape]:
        bottom = self.above + HEIGHT
        for value in self.y.ticks(6):
            yield line(self.left, self.up(value), right, self.up(value), "grid")
            yield Words(self.left - 6, self.up(value) + 4, number(value), "tick", "end")
        yield Words(4, UNIT_ROW - 10, cut(self.upwards, right), "unit")
        for value in self.x.ticks(4 if self.width <= NARROW else 9):
            x = self.at(value, right)
            yield line(x, bottom, x, bottom + 5, "axis across")
            text = self.names[int(value)] if self.names else number(value)
            yield Words(x, bottom + 18, text, "tick across", "middle")
        yield line(self.left, bottom, right, bottom, "axis")
        yield Words(right, bottom + 35, cut(self.across, right), "unit", "end")

    def _allowed(self, curve: Curve, right: float) -> Iterator[Shape]:
        """An area along several values of x, or a box at a single one; what has no bound goes to the edge."""
        ends = [(self.at(x, right), *self._ends(band)) for x, band in curve.allowed]
        if len(ends) == 1:
            ((x, low, high),) = ends
            ends = [(x - BOX, low, high), (x + BOX, low, high)]
        if ends:
            yield area([*((x, low) for x, low, _ in ends), *((x, high) for x, _, high in reversed(ends))], curve.look)

    def _ends(self, band: Band) -> tuple[float, float]:
        low = self.above + HEIGHT if band.low is None else self.up(band.low)
        high = self.above if band.high is None else self.up(band.high)
        return min(low, self.above + HEIGHT), max(high, self.above)

    def _guided(self, right: float) -> Iterator[Shape]:
        """Each with its words at its upper end."""
        for words, points in self.guides.items():
            placed = [(self.at(x, right), self.up(y)) for x, y in points]
            yield path(placed, "guide")
            x, y = placed[-1]
            yield Words(x - 4, max(y - 6, self.above + 8), words, "guide", "end")

    def _bounds(self, right: float) -> Iterator[Shape]:
        """Each with its words above it, at the left, where most curves are still low."""
        rising = sorted(self.bounds, key=lambda one: one.value)
        heights = [self.up(bound.value) for bound in rising]
        for bound, y, foot in zip(rising, heights, _feet(heights), strict=True):
            yield line(self.left, y, right, y, "bound")
            yield Words(
                self.left + 6, foot, cut(f"{number(bound.value)}: {bound.words}", right - self.left - 6), "bound"
            )

    def _moments(self, right: float) -> Iterator[Shape]:
        """A word stands above its line if it has room there; a note below the chart has all of them."""
        free = 0.0
        for second, word in self.moments:
            x = self.at(second, right)
            yield line(x, self.above, x, self.above + HEIGHT, "moment")
            start = min(x, right - width_of(word))
            if start >= free:
                yield Words(start, self.above - 6, word, "moment")
                free = start + width_of(word) + 8

    def _curve(self, points: Points, n: int) -> Iterator[Shape]:
        if len(points) > 1:
            yield path(points, f"line {look(n)}")
        for x, y in points if len(points) <= MARKED else points[-1:]:
            yield mark(x, y, n)

    def _named(self, curves: Sequence[Curve], right: float) -> Iterator[Shape]:
        """Each name at the height where its curve ends, without overlaps, and a line from the curve to it."""
        ends = sorted((self.up(one.points[-1][1]) if one.points else self.above, n) for n, one in enumerate(curves))
        for y, n in _apart(ends, self.above, self.above + HEIGHT):
            one = curves[n]
            if one.points:
                leader = line(self.at(one.points[-1][0], right), self.up(one.points[-1][1]), right + 8, y, "leader")
                yield from part_of(n, [leader])
            name = Words(right + 20, y + 4, cut(one.name, NAMES - MARGIN))
            yield from key_of(n, [mark(right + 12, y, one.look), name])

    def _legend(self, curves: Sequence[Curve]) -> Iterator[Shape]:
        for n, one in enumerate(curves):
            y = self.above + HEIGHT + BELOW + LINE * n + 4
            sign = [
                line(self.left - 30, y, self.left - 6, y, f"line {look(one.look)}"),
                mark(self.left - 18, y, one.look),
            ]
            yield from key_of(n, [*sign, Words(self.left, y + 4, cut(one.name, self.width - self.left))])


def _feet(heights: Sequence[float]) -> Iterator[float]:
    """The baselines for the words of each line, lowest first: on no other line, and each above the one before."""
    foot = math.inf
    for y in heights:
        foot = min(y - 6, foot - LINE)
        for other in heights:
            if foot - 10 < other < foot + 3:
                foot = other - 6
        yield foot


def _apart(ends: Sequence[tuple[float, int]], top: float, bottom: float) -> list[tuple[float, int]]:
    """The same order, moved so that they are a line apart and above the bottom."""
    placed: list[tuple[float, int]] = []
    for y, n in ends:
        placed.append((max(y, placed[-1][0] + LINE if placed else top), n))
    for k in range(len(placed) - 1, -1, -1):
        most = placed[k + 1][0] - LINE if k + 1 < len(placed) else bottom
        placed[k] = (min(placed[k][0], most), placed[k][1])
    return placed
