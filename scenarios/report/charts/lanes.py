"""Timelines, bars and steps: what has a row for each name."""

from collections.abc import Iterator, Mapping, Sequence

from scenarios.pictures import Bars, Span, Steps, Timeline
from scenarios.report.charts.scales import Linear, from_zero, number
from scenarios.report.charts.shapes import (
    LINE,
    NARROW,
    WIDE,
    Box,
    Chart,
    Figure,
    Shape,
    Stroke,
    Words,
    cut,
    line,
    width_of,
)

# A row, and the part of it that is filled; how much of the width names may take, else they stand above their bars.
ROW, FILLED, NAMES, EDGE = 24, 16, 0.36, 12
# How many kinds of spans the style tells apart.
KINDS = 4
# A step is told by a box so high and so wide at most, with an arrow from the one before.
STEP, BOX, COLUMN = 26, 20, 150


def timeline(picture: Timeline) -> Figure:
    """A lane below the other, all on the same time."""
    spans = [span for lane in picture.lanes.values() for span in lane]
    kinds = list(dict.fromkeys(span.kind for span in spans))
    x = Linear(0.0, max((span.end for span in spans), default=0.0) or 1.0)
    rows = [
        [name, span.kind, f"{span.begin:.3f}", f"{span.end:.3f}"]
        for name, lane in picture.lanes.items()
        for span in lane
    ]
    return Figure(
        picture.title,
        "; ".join(f"{name}: {_in_words(lane)}" for name, lane in picture.lanes.items()),
        [_timeline(picture.lanes, kinds, x, width) for width in (WIDE, NARROW)] if spans else [],
        ["", "what", "from second", "to second"],
        rows,
    )


def _in_words(lane: Sequence[Span]) -> str:
    return ", ".join(f"{span.kind} from {span.begin:.2f} to {span.end:.2f} s" for span in lane)


def _timeline(lanes: Mapping[str, Sequence[Span]], kinds: Sequence[str], x: Linear, width: float) -> Chart:
    left, right, bottom = _names_width(lanes, width), width - EDGE, ROW * len(lanes) + 8
    shapes = list(_seconds(x, left, right, bottom, 4 if width <= NARROW else 9))
    for n, (name, lane) in enumerate(lanes.items()):
        shapes.append(Words(left - 8, ROW * n + 20, cut(name, left - 8), "label", "end"))
        for span in lane:
            begin, end = (left + x.place(one) * (right - left) for one in (span.begin, span.end))
            look = f"span k{kinds.index(span.kind) % KINDS}"
            tip = f"{name}: {span.kind} from {span.begin:.3f} to {span.end:.3f} s"
            shapes.append(Box(begin, ROW * n + 8, max(1.5, end - begin), FILLED, look, tip))
    return Chart(width, bottom + 44 + LINE, [*shapes, *_kinds(kinds, left, bottom + 44)])


def _names_width(names: Mapping[str, object], width: float) -> float:
    return min(NAMES * width, max(map(width_of, names), default=0) + 12)


def _seconds(x: Linear, left: float, right: float, bottom: float, most: int) -> Iterator[Shape]:
    for value in x.ticks(most):
        at = left + x.place(value) * (right - left)
        yield line(at, 4, at, bottom, "grid")
        yield Words(at, bottom + 16, f"{value:g}", "tick", "middle")
    yield line(left, bottom, right, bottom, "axis")
    yield Words(right, bottom + 32, "seconds", "unit", "end")


def _kinds(kinds: Sequence[str], x: float, y: float) -> Iterator[Shape]:
    """What the fillings stand for."""
    for n, kind in enumerate(kinds):
        yield Box(x, y, 22, 12, f"span k{n % KINDS}")
        yield Words(x + 28, y + 10, kind)
        x += 28 + width_of(kind) + 18


def bars(picture: Bars) -> Figure:
    """As long as the values, which stand behind them."""
    values = picture.values
    x = from_zero(values.values())
    told = {name: f"{number(value)} {picture.unit}" for name, value in values.items()}
    return Figure(
        picture.title,
        "; ".join(f"{name}: {words}" for name, words in told.items()),
        [_bars(values, told, x, width) for width in (WIDE, NARROW)] if values else [],
        ["", picture.unit],
        [[name, f"{value:.6g}"] for name, value in values.items()],
    )


def _bars(values: Mapping[str, float], told: Mapping[str, str], x: Linear, width: float) -> Chart:
    beside = max(map(width_of, values)) + 12 <= NAMES * width
    left, row = (_names_width(values, width), ROW) if beside else (float(EDGE), ROW + LINE)
    right = width - max(map(width_of, told.values())) - 14
    shapes: list[Shape] = []
    for n, (name, value) in enumerate(values.items()):
        top = row * n + row - FILLED
        end = left + max(1.0, x.place(value) * (right - left))
        shapes.append(_name(name, left, top, width, beside=beside))
        shapes.append(Box(left, top, end - left, FILLED, "span k0", f"{name}: {told[name]}"))
        shapes.append(Words(end + 6, top + 12, told[name], "value"))
    return Chart(width, row * len(values) + 12, [*shapes, line(left, 4, left, row * len(values) + 8, "axis")])


def _name(name: str, left: float, top: float, width: float, *, beside: bool) -> Words:
    """Of a bar that begins at `left`."""
    if beside:
        return Words(left - 8, top + 12, cut(name, left - 8), "label", "end")
    return Words(left + 4, top - 6, cut(name, width - left - 4))


def steps(picture: Steps) -> Figure:
    """A column for each who did something, and arrows as control goes from one to the next."""
    who = list(dict.fromkeys(name for name, _ in picture.steps))
    return Figure(
        picture.title,
        "; ".join(f"{n}. {name}: {what}" for n, (name, what) in enumerate(picture.steps, start=1)),
        [_steps(picture.steps, who, width) for width in (WIDE, NARROW)] if who else [],
        ["", "who", "what"],
        [[str(n), name, what] for n, (name, what) in enumerate(picture.steps, start=1)],
    )


def _steps(taken: Sequence[tuple[str, str]], who: Sequence[str], width: float) -> Chart:
    column = min(COLUMN, width / len(who))
    bottom = 28 + STEP * len(taken)
    shapes: list[Shape] = []
    for n, name in enumerate(who):
        x = column * (n + 0.5)
        shapes.append(Words(x, 16, cut(name, column), "label", "middle"))
        shapes.append(line(x, 24, x, bottom, "lifeline"))
    for n, (name, what) in enumerate(taken):
        x, y = column * (who.index(name) + 0.5), 32 + STEP * n
        if n and taken[n - 1][0] != name:
            shapes.append(_arrow(column * (who.index(taken[n - 1][0]) + 0.5), x, y - STEP + BOX, y))
        shapes.append(Box(x - column / 2 + 6, y, column - 12, BOX, "step", f"{name}: {what}"))
        shapes.append(Words(x, y + 14, cut(what, column - 16), "label", "middle"))
    return Chart(column * len(who), bottom + 8, shapes)


def _arrow(x1: float, x2: float, y1: float, y2: float) -> Stroke:
    """Down from one box to the next, with a head."""
    return Stroke(
        f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}M{x2 - 4:.1f} {y2 - 5:.1f}L{x2:.1f} {y2:.1f}L{x2 + 4:.1f} {y2 - 5:.1f}",
        "arrow",
    )
