"""What a chart is made of: shapes with places in pixels, and words for who cannot see them. A template writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

# A page shows the one or the other, as its width allows: on a phone a chart that only shrank could not be read.
WIDE, NARROW = 720, 350
# How wide a character of a label is at most, on average, and how high a line is.
CHARACTER, LINE = 6.6, 16
# How many kinds of series the style tells apart, by colour, by dashes and by their marks.
LOOKS = 9

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Stroke:
    """A line, straight or of many parts, or a closed form: what SVG's `d` says of it. `look` are its classes."""

    d: str
    look: str


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    look: str
    tip: str = ""


@dataclass(frozen=True)
class Words:
    """A text whose `anchor` is at `x`, on the line `y`."""

    x: float
    y: float
    text: str
    look: str = "label"
    anchor: Anchor = "start"


Shape = Stroke | Box | Words


@dataclass(frozen=True)
class Chart:
    """One drawing."""

    width: float
    height: float
    shapes: Sequence[Shape]


@dataclass(frozen=True)
class Figure:
    """A picture for a page: its drawings, wide and narrow (none of a table), what it tells in words, and its numbers
    as a table, so that nobody needs to see the drawing. `notes` stand below it for all to read.
    """

    title: str
    description: str
    charts: Sequence[Chart]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def line(x1: float, y1: float, x2: float, y2: float, look: str) -> Stroke:
    """A straight one."""
    return Stroke(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", look)


def path(points: Sequence[tuple[float, float]], look: str) -> Stroke:
    """From point to point."""
    return Stroke("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points), look)


def mark(x: float, y: float, number: int) -> Stroke:
    """A sign of the series with that number; each of the first nine has another form."""
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
    """About how many pixels a label takes."""
    return cell_len(text) * CHARACTER


def cut(text: str, width: float) -> str:
    """A label that takes no more than so many pixels; the table below has it whole."""
    most = max(1, int(width / CHARACTER))
    begin = text[: most + 1]  # of a program's output, which may be one line without end, no more is looked at
    if begin == text and cell_len(text) <= most:
        return text
    while begin and cell_len(begin) >= most:
        begin = begin[:-1]
    return f"{begin}…"
