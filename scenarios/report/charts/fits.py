"""Additions of a sweep to its curves: the fitted growth, its confidence band, and the cliffs."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scenarios.report.charts.figure import Figure
from scenarios.report.charts.scales import number
from scenarios.report.charts.shapes import Chart, Shape, Stroke, Words, line, path, width_of

# (N, fitted cost, lowest, highest)
Fitted = Sequence[tuple[float, float, float, float]]


@dataclass(frozen=True)
class Step:
    """A cliff: the first N behind it, and what begins there in words."""

    at: float
    words: str


def with_fits(made: Figure, fits: Mapping[int, Fitted], cliffs: Sequence[Step]) -> Figure:
    """A figure of curves with the fit of each, by the curve's number, and the cliffs as vertical lines."""
    charts = [_with_fits(chart, fits, cliffs) for chart in made.drawing.get("charts", ())]
    if not charts:
        return made
    notes = list(made.notes)
    if any(fits.values()):
        notes.append("Dotted: the fitted growth. Shaded: its 95 % confidence interval. Points: measured.")
    notes += [f"Dashed line at {number(one.at)}: {one.words}." for one in cliffs]
    return replace(made, drawing={**made.drawing, "charts": charts}, notes=notes)


def _with_fits(chart: Chart, fits: Mapping[int, Fitted], cliffs: Sequence[Step]) -> Chart:
    plane = _Plane(chart)
    below = [shape for of, fitted in fits.items() if fitted for shape in plane.fit(of, fitted)]
    return replace(chart, shapes=[*below, *chart.shapes, *plane.steps(cliffs)])


class _Plane:
    """The plane of a chart that was drawn already, by its frame."""

    def __init__(self, chart: Chart) -> None:
        assert chart.frame is not None
        self._shapes, self._frame = chart.shapes, chart.frame
        self.left, self.top, self.right, self.bottom = chart.frame["box"]

    def fit(self, of: int, fitted: Fitted) -> Iterator[Shape]:
        """The band, and the line in the curve's colour."""
        look = self._look(of)
        edge = [self._at(n, high) for n, _, _, high in fitted] + [self._at(n, low) for n, _, low, _ in fitted[::-1]]
        yield replace(path(edge, f"band {look}"), of=of)
        yield replace(path([self._at(n, cost) for n, cost, _, _ in fitted], f"fit {look}"), of=of)

    def steps(self, cliffs: Sequence[Step]) -> Iterator[Shape]:
        """Each as a line over the whole height, with the first N behind it at its foot, where it has room."""
        free = -math.inf
        for one in sorted(cliffs, key=lambda step: step.at):
            x, _ = self._at(one.at, math.inf)
            text = f"from {number(one.at)}"
            yield line(x, self.top, x, self.bottom, "bound")
            if x >= free:
                fits = x + width_of(text) + 6 <= self.right
                yield Words(x + (6 if fits else -6), self.bottom - 8, text, "bound", "start" if fits else "end")
                free = x + 2 * width_of(text)

    def _look(self, of: int) -> str:
        found = (shape.look for shape in self._shapes if isinstance(shape, Stroke) and shape.of == of)
        return next((part for look in found for part in look.split() if part[:1] == "s" and part[1:].isdigit()), "s0")

    def _at(self, n: float, cost: float) -> tuple[float, float]:
        across, up = _share(self._frame["x"], n), _share(self._frame["y"], cost)
        return self.left + across * (self.right - self.left), self.bottom - up * (self.bottom - self.top)


def _share(axis: tuple[str, float, float], value: float) -> float:
    """The place on an axis, 0 to 1; what lies beyond it is at its end."""
    kind, low, high = axis
    inside = min(max(value, low), high)
    return math.log(inside / low) / math.log(high / low) if kind == "log" else (inside - low) / (high - low)
