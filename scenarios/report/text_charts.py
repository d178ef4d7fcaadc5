"""Draws pictures with characters, for the terminal."""

import math
from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from scenarios.pictures import Bars, Curves, Grid, Percentiles, Picture, Span, Steps, Timeline
from scenarios.report.charts.scales import number

WIDTH = 60
# In 80 columns a bar leaves room for its name and its value.
LONGEST_BAR = 48
FULL, LESS, NOTHING = "█", "░", " "
CLIFF = "┊"
# Characters for each point of a curve if there is room.
WIDEST_POINT = 3
EIGHTHS = " ▁▂▃▄▅▆▇█"


def draw(picture: Picture) -> Iterable[Text | Table]:
    """The picture's title and its lines."""
    yield Text(picture.title, "bold")
    match picture:
        case Timeline():
            yield from map(Text, _timeline(picture))
        case Curves():
            yield from map(Text, _curves(picture))
        case Percentiles():
            yield _percentiles(picture)
        case Bars():
            yield from map(Text, _bars(picture))
        case Steps():
            yield from map(Text, _steps(picture))
        case Grid():
            yield _grid(picture)


def _names(names: Iterable[str]) -> int:
    return max(map(cell_len, names), default=0)


def _timeline(picture: Timeline) -> Iterable[str]:
    end = max((span.end for spans in picture.lanes.values() for span in spans), default=0.0)
    kinds = list(dict.fromkeys(span.kind for spans in picture.lanes.values() for span in spans))
    signs = dict(zip(kinds, (FULL, LESS, "▒", "▓", "·"), strict=False))
    width = _names(picture.lanes)
    for name, spans in picture.lanes.items():
        yield f"  {name:{width}}  {_lane(spans, end, signs)}"
    yield f"  {'':{width}}  0{f'{end:.2f} s':>{WIDTH - 1}}"
    yield f"  {'':{width}}  " + "   ".join(f"{sign} {kind}" for kind, sign in signs.items())


def _lane(spans: Sequence[Span], end: float, signs: Mapping[str, str]) -> str:
    """One character for each part of the time; a shorter span has one character too."""
    cells = [NOTHING] * WIDTH
    for span in spans:
        first = max(0, min(WIDTH - 1, int(span.begin / end * WIDTH))) if end else 0
        last = max(first + 1, min(WIDTH, round(span.end / end * WIDTH))) if end else 1
        cells[first:last] = [signs.get(span.kind, "?")] * (last - first)
    return "".join(cells).rstrip()


def _curves(picture: Curves) -> Iterable[str]:
    """A line of bars for each curve, by the logarithm of its values, with the first and the last value.

    The first bar beyond a cliff begins with its sign. If all curves have the same N, these stand below; else each line
    ends with its first and last N.
    """
    series = {name: points for name, points in picture.series.items() if points}
    values = [value for points in series.values() for value in points.values() if value > 0]
    low, high = (min(values, default=1.0), max(values, default=1.0))
    width, scales = _names(series), {tuple(sorted(points)) for points in series.values()}
    for name, points in series.items():
        wide = max(1, min(WIDEST_POINT, WIDTH // len(points)))
        heights = {n: _height(value, low, high) for n, value in sorted(points.items())}
        cliffs = picture.cliffs.get(name, ())
        bars = "".join(
            (CLIFF if _is_beyond(n, points, cliffs) else bar) + bar * (wide - 1) for n, bar in heights.items()
        )
        first, last = min(points), max(points)
        over = f" for {first:g} to {last:g}" if len(scales) > 1 else ""
        yield f"  {name:{width}}  {bars}  {number(points[first])} to {number(points[last])} {picture.upwards}{over}"
    for scale in scales if len(scales) == 1 else ():
        yield f"  {picture.across}: " + ", ".join(f"{n:.10g}" for n in scale)


def _is_beyond(n: float, points: Iterable[float], cliffs: Iterable[float]) -> bool:
    before = max((other for other in points if other < n), default=n)
    return any(before < cliff <= n for cliff in cliffs)


def _height(value: float, low: float, high: float) -> str:
    if value <= 0 or high <= low:
        return EIGHTHS[1]
    part = math.log(value / low) / math.log(high / low)
    return EIGHTHS[1 + round(part * (len(EIGHTHS) - 2))]


def _bars(picture: Bars) -> Iterable[str]:
    most, width = max(picture.values.values(), default=0.0), _names(picture.values)
    for name, value in picture.values.items():
        length = round(value / most * LONGEST_BAR) if most > 0 else 0
        yield f"  {name:{width}}  {FULL * length or '▏'} {number(value)} {picture.unit}"


def _steps(picture: Steps) -> Iterable[str]:
    names = list(dict.fromkeys(who for who, _ in picture.steps))
    widths = {
        name: max([cell_len(name)] + [cell_len(what) for who, what in picture.steps if who == name]) for name in names
    }
    yield "  " + "  ".join(f"{name:{widths[name]}}" for name in names)
    for who, what in picture.steps:
        yield ("  " + "  ".join(f"{what if name == who else '':{widths[name]}}" for name in names)).rstrip()


def _percentiles(picture: Percentiles) -> Table:
    shares = list(dict.fromkeys(share for values in picture.series.values() for share in values))
    rows = {
        name: [f"{number(values[share])} {picture.unit}" if share in values else "" for share in shares]
        for name, values in picture.series.items()
    }
    return _grid(Grid(picture.title, shares, rows))


def _grid(picture: Grid) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("")
    for column in picture.columns:
        table.add_column(column, justify="right")
    for name, cells in picture.rows.items():
        table.add_row(name, *map(Text, cells))
    return table
