"""The shapes of an SVG chart, with places in pixels. A template writes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from rich.cells import cell_len

# Each chart is drawn in both widths and the page shows one: on a phone nobody can read a wide chart that only shrank.
WIDE, NARROW = 928, 350
# Upper bounds in pixels: the mean width of a label's characters, and the height of a line.
CHARACTER, LINE = 6.6, 16
# The style tells this many series apart, by colour, dashes and marks.
LOOKS = 9

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Stroke:
    """A path: `d` is SVG's attribute, `look` its classes, `of` the number of the series that it belongs to."""

    d: str
    look: str
    of: int | None = None


@dataclass(frozen=True)
class Words:
    """A text whose `anchor` is at `x`, on the line `y`; `of` is as in a stroke."""

    x: float
    y: float
    text: str
    look: str = "label"
    anchor: Anchor = "start"
    of: int | None = None


Shape = Stroke | Words


@dataclass(frozen=True)
class Chart:
    """`frame` says where the plane lies and what its axes mean, for charts.js; None for a drawing without axes."""

    width: float
    height: float
    shapes: Sequence[Shape]
    frame: Mapping[str, Any] | None = None


def part_of(number: int, shapes: Iterable[Shape]) -> list[Shape]:
    """The shapes as parts of the series with that number, which charts.js hides and shows together."""
    return [replace(shape, of=number) for shape in shapes]


def key_of(number: int, shapes: Iterable[Shape]) -> list[Shape]:
    """The shapes as the entry of that series in the legend: charts.js makes it a switch."""
    return [replace(shape, of=number, look=f"{shape.look} key") for shape in shapes]


def line(x1: float, y1: float, x2: float, y2: float, look: str) -> Stroke:
    """A straight line."""
    return path([(x1, y1), (x2, y2)], look)


def path(points: Sequence[tuple[float, float]], look: str) -> Stroke:
    """A line from point to point."""
    return Stroke("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points), look)


def area(points: Sequence[tuple[float, float]], number: int) -> Stroke:
    """A closed shape that shows what theory allows for the series with that number."""
    return Stroke(path(points, "").d + "Z", f"allowed {look(number)}")


def mark(x: float, y: float, number: int) -> Stroke:
    """The sign of the series with that number; each of the first nine has another form."""
    forms = (
        "M{l} {y}A4 4 0 1 0 {r} {y}A4 4 0 1 0 {l} {y}Z",
        "M{l} {t}H{r}V{b}H{l}Z",
        "M{x} {t}L{r} {b}H{l}Z",
        "M{x} {t}L{r} {y}L{x} {b}L{l} {y}Z",
        "M{l} {t}L{r} {b}M{l} {b}L{r} {t}",
        "M{x} {t}V{b}M{l} {y}H{r}",
        "M{l} {t}H{r}L{x} {b}Z",
        "M{r} {t}V{b}L{l} {y}Z",
        "M{l} {t}V{b}L{r} {y}Z",
    )
    places = {"x": x, "y": y, "l": x - 4, "r": x + 4, "t": y - 4, "b": y + 4}
    form = forms[number % LOOKS].format(**{name: f"{value:.1f}" for name, value in places.items()})
    return Stroke(form, f"mark {look(number)}")


def look(number: int) -> str:
    """The class of the series with that number."""
    return f"s{number % LOOKS}"


def width_of(text: str) -> float:
    """The width of a label, about, in pixels."""
    return cell_len(text) * CHARACTER


def cut(text: str, width: float) -> str:
    """A label shortened to this many pixels; the figure's table has the whole text."""
    most = max(1, int(width / CHARACTER))
    begin = text[: most + 1]  # a program's output may be one line without end: look at no more than fits
    if begin == text and cell_len(text) <= most:
        return text
    while begin and cell_len(begin) >= most:
        begin = begin[:-1]
    return f"{begin}…"
