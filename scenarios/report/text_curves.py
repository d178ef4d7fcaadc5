"""Draws curves with characters, for the terminal: a line of small bars for each."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from rich.cells import cell_len

from scenarios.pictures import Curves
from scenarios.report.charts.figure import in_words
from scenarios.report.charts.scales import Logarithmic, Scale, alike, number

WIDTH, SHORTEST = 40, 10
EIGHTHS = " ▁▂▃▄▅▆▇█"
CLIFF = "┊"


def curves(picture: Curves, columns: int) -> Iterable[str]:
    """A line for each curve and guide, at the places of N, with the first and the last value. Both axes are alike."""
    series = {name: sorted(points.items()) for name, points in picture.series.items() if points}
    if not series:
        return
    x, y = alike(
        (n for points in series.values() for n, _ in points),
        (value for points in series.values() for _, value in points),
    )
    texts = {name: _range(picture, name, points) for name, points in series.items()}
    guides = {words: sorted(points.items()) for words, points in picture.guides.items()}
    width = max(map(cell_len, (*series, *guides)))
    length = max(SHORTEST, min(WIDTH, columns - width - 5 - max(map(cell_len, texts.values()))))
    for name, points in (*series.items(), *guides.items()):
        line = _line(points, x, y, length, picture.cliffs.get(name, ()))
        yield f"  {name:{width}}  {line} {texts.get(name, '')}".rstrip()
    numbers = sorted({n for points in series.values() for n, _ in points})
    scale = "both axes are logarithmic" if isinstance(y, Logarithmic) else "both axes begin at 0"
    yield f"  {picture.across}: {number(numbers[0])} to {number(numbers[-1])}; {scale}"


def _range(picture: Curves, name: str, points: Sequence[tuple[float, float]]) -> str:
    (first, low), (last, high) = points[0], points[-1]
    band = picture.predicted.get(name, {}).get(last)
    told = f"{number(low)} to {number(high)} {picture.upwards}"
    differs = len({tuple(sorted(one)) for one in picture.series.values() if one}) > 1
    over = f" for {number(first)} to {number(last)}" if differs else ""
    return told + over + (f" (predicted {in_words(band)})" if band else "")


def _line(points: Sequence[tuple[float, float]], x: Scale, y: Scale, length: int, cliffs: Iterable[float]) -> str:
    """A character for each part of the axis; the first one beyond a cliff is its sign."""
    placed = [(x.place(n), y.place(value)) for n, value in points]
    left, right = placed[0][0], placed[-1][0]
    cells = []
    for n in range(length):
        at = (n + 0.5) / length
        near = left - 1 / length <= at <= right + 1 / length
        cells.append(_bar(_between(placed, at)) if near else " ")
    first, last = points[0][0], points[-1][0]
    for cliff in cliffs:
        if first < cliff <= last:
            cells[min(length - 1, int(x.place(cliff) * length))] = CLIFF
    return "".join(cells)


def _between(placed: Sequence[tuple[float, float]], at: float) -> float:
    """The height at a place, on the straight line between two points."""
    if at <= placed[0][0]:
        return placed[0][1]
    for (left, low), (right, high) in pairwise(placed):
        if left <= at <= right:
            return low + (high - low) * (at - left) / (right - left) if right > left else high
    return placed[-1][1]


def _bar(height: float) -> str:
    return EIGHTHS[1 + max(0, min(len(EIGHTHS) - 2, round(height * (len(EIGHTHS) - 2))))]
