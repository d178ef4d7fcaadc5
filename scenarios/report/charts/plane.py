"""The plane of a chart: its axes, its grid, its curves, and their names beside or below them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scenarios.pictures import Bound
from scenarios.report.charts.scales import Scale, number
from scenarios.report.charts.shapes import LINE, NARROW, Chart, Shape, Words, cut, line, look, mark, path, width_of

Points = Sequence[tuple[float, float]]
HEIGHT, ABOVE, BELOW, LEFT = 230, 24, 40, 52
# A curve with at most MARKED points has a mark at each. Names beside the chart take at most NAMES pixels.
MARKED, NAMES = 30, 190


@dataclass(frozen=True)
class Plane:
    """`across` and `upwards` name the axes; `names` label the values of an ordinal axis."""

    width: float
    x: Scale
    y: Scale
    across: str
    upwards: str
    names: Sequence[str] = ()

    def chart(
        self, series: Mapping[str, Points], bounds: Sequence[Bound] = (), moments: Sequence[tuple[float, str]] = ()
    ) -> Chart:
        """The curves with their names; bounds are horizontal lines, moments vertical ones."""
        beside = self.width > NARROW
        taken = min(NAMES, max(map(width_of, series), default=0) + 24) if beside and len(series) > 1 else 12
        right = self.width - taken
        shapes: list[Shape] = [*self._axes(right), *self._moments(moments, right)]
        for n, points in enumerate(series.values()):
            shapes += self._curve([(self.at(x, right), self.up(y)) for x, y in points], n)
        shapes += self._bounds(bounds, right)  # last, so that a curve along them does not hide them
        height = ABOVE + HEIGHT + BELOW
        if len(series) > 1 and beside:
            shapes += self._named(series, right)
        elif len(series) > 1:
            shapes += self._legend(series)
            height += LINE * len(series)
        return Chart(self.width, height, shapes)

    def at(self, value: float, right: float) -> float:
        return LEFT + self.x.place(value) * (right - LEFT)

    def up(self, value: float) -> float:
        return ABOVE + (1 - self.y.place(value)) * HEIGHT

    def _axes(self, right: float) -> Iterator[Shape]:
        bottom = ABOVE + HEIGHT
        for value in self.y.ticks(6):
            yield line(LEFT, self.up(value), right, self.up(value), "grid")
            yield Words(LEFT - 6, self.up(value) + 4, number(value), "tick", "end")
        yield Words(LEFT, ABOVE - 10, self.upwards, "unit")
        for value in self.x.ticks(4 if self.width <= NARROW else 9):
            x = self.at(value, right)
            yield line(x, bottom, x, bottom + 5, "axis")
            yield Words(x, bottom + 18, self.names[int(value)] if self.names else number(value), "tick", "middle")
        yield line(LEFT, bottom, right, bottom, "axis")
        yield Words(right, bottom + 35, self.across, "unit", "end")

    def _bounds(self, bounds: Sequence[Bound], right: float) -> Iterator[Shape]:
        """Each with its words above it, at the left, where most curves are still low."""
        rising = sorted(bounds, key=lambda one: one.value)
        heights = [self.up(bound.value) for bound in rising]
        for bound, y, foot in zip(rising, heights, _feet(heights), strict=True):
            yield line(LEFT, y, right, y, "bound")
            yield Words(LEFT + 6, foot, cut(f"{number(bound.value)}: {bound.words}", right - LEFT - 6), "bound")

    def _moments(self, moments: Sequence[tuple[float, str]], right: float) -> Iterator[Shape]:
        """A word stands at the foot of its line if it has room there; a note below the chart has all of them."""
        free = float(LEFT)
        for second, word in sorted(moments):
            x = self.at(second, right)
            yield line(x, ABOVE, x, ABOVE + HEIGHT, "moment")
            if x >= free and x + width_of(word) < right:
                yield Words(x + 4, ABOVE + HEIGHT - 6, word, "moment")
                free = x + width_of(word) + 8

    def _curve(self, points: Points, n: int) -> Iterator[Shape]:
        if len(points) > 1:
            yield path(points, f"line {look(n)}")
        for x, y in points if len(points) <= MARKED else points[-1:]:
            yield mark(x, y, n)

    def _named(self, series: Mapping[str, Points], right: float) -> Iterator[Shape]:
        """Each name at the height where its curve ends, without overlaps."""
        ends = sorted((self.up(points[-1][1]) if points else ABOVE, n) for n, points in enumerate(series.values()))
        names = list(series)
        for y, n in _apart(ends, ABOVE, ABOVE + HEIGHT):
            yield mark(right + 12, y, n)
            yield Words(right + 20, y + 4, cut(names[n], NAMES - 24))

    def _legend(self, series: Mapping[str, Points]) -> Iterator[Shape]:
        for n, name in enumerate(series):
            y = ABOVE + HEIGHT + BELOW + LINE * n + 4
            yield line(LEFT - 30, y, LEFT - 6, y, f"line {look(n)}")
            yield mark(LEFT - 18, y, n)
            yield Words(LEFT, y + 4, cut(name, self.width - LEFT))


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
