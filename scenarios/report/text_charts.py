"""Draws pictures with characters, for the terminal."""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from textwrap import wrap

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from scenarios.pictures import Bars, Curves, Grid, Percentiles, Picture, Steps, Timeline
from scenarios.report import text_boxes, text_curves
from scenarios.report.charts.figure import in_words
from scenarios.report.charts.scales import number

# The width of a terminal that nobody has widened.
COLUMNS = 80
GAP = 2
# The first word of a line, or two, and at least two spaces: such as `teaches  `, or the time of a step.
HEADING = re.compile(r"\s*\S+(?: \S+)?  +")


def draw(picture: Picture, columns: int = COLUMNS) -> Iterable[Text | Table]:
    """The picture's title and its lines, in so many columns; no line breaks inside a word."""
    yield Text(picture.title, "bold")
    match picture:
        case Timeline():
            yield from map(Text, text_boxes.timeline(picture, columns))
        case Curves():
            yield from map(Text, text_curves.curves(picture, columns))
        case Percentiles():
            yield from _percentiles(picture, columns)
        case Bars():
            yield from (Text(part) for line in text_boxes.bars(picture, columns) for part in folded(line, columns))
        case Steps():
            yield from map(Text, _steps(picture))
        case Grid():
            yield from _grid(_compared(picture), columns)
    if picture.note:
        yield from map(Text, folded(f"  {picture.note}", columns))


def folded(line: str, columns: int) -> list[str]:
    """A line in several that break between words: the others hang below the text of the first.

    A heading that two spaces follow, such as `teaches  `, has the text hang behind it.
    """
    if cell_len(line) <= columns:
        return [line]
    indent = len(line) - len(line.lstrip())
    heading = HEADING.match(line)
    first = line[: heading.end() if heading else indent]
    parts = wrap(
        line[len(first) :],
        max(1, columns - len(first)),
        subsequent_indent="" if heading else "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [(first if not n else " " * len(first)) + part for n, part in enumerate(parts or [""])]


def _steps(picture: Steps) -> Iterable[str]:
    names = list(dict.fromkeys(name for name, _ in (*picture.steps, *picture.predicted)))
    widths = {
        name: max([cell_len(name)] + [cell_len(what) for other, what in picture.steps if other == name])
        for name in names
    }
    yield "  " + "  ".join(f"{name:{widths[name]}}" for name in names)
    pairs = zip_longest(picture.steps, picture.predicted if picture.predicted else picture.steps)
    for done, foreseen in pairs:
        actor, what = done or ("", "")
        wrong = "" if done == foreseen else f"  predicted {' '.join(foreseen) if foreseen else 'nothing'}"
        line = "  ".join(f"{what if name == actor else '':{widths[name]}}" for name in names)
        yield f"  {line}{wrong}".rstrip()
    if picture.predicted and list(picture.steps) == list(picture.predicted):
        yield "  every step as predicted"


def _percentiles(picture: Percentiles, columns: int) -> Iterable[Text | Table]:
    """A table of what was measured, and a line for what was predicted of each series."""
    shares = list(dict.fromkeys(share for values in picture.series.values() for share in values))
    rows = {
        name: [f"{number(values[share])} {picture.unit}" if share in values else "" for share in shares]
        for name, values in picture.series.items()
    }
    yield from _grid(Grid(picture.title, shares, rows), columns)
    for name, bands in picture.predicted.items():
        told = ", ".join(f"{share} {in_words(band)} {picture.unit}" for share, band in bands.items() if band.ends)
        yield from map(Text, folded(f"  predicted for {name}: {told}", columns) if told else ())


def _compared(picture: Grid) -> Grid:
    """Each predicted cell with a sign if it came out so, and with the prediction if not."""
    if not picture.predicted:
        return picture
    rows = {
        name: [_cell(cell, one) for cell, one in zip_longest(cells, picture.predicted.get(name, ()), fillvalue="")]
        for name, cells in picture.rows.items()
    }
    return Grid(picture.title, picture.columns, rows)


def _cell(cell: str, predicted: str) -> str:
    if not predicted:
        return cell
    return f"{cell} ✓" if cell == predicted else f"{cell or 'nothing'} (predicted {predicted})"


def _grid(picture: Grid, columns: int) -> Iterable[Text | Table]:
    """A table; where it is too wide, a paragraph for each row."""
    if picture.rows and _width(picture) > columns:
        for name, cells in picture.rows.items():
            told = "; ".join(f"{head} {cell}" for head, cell in zip(picture.columns, cells, strict=False) if cell)
            yield from map(Text, folded(f"  {name}: {told}", columns))
        return
    table = Table(box=None, padding=(0, GAP, 0, 0), header_style="bold")
    table.add_column("", no_wrap=True)
    for column in picture.columns:
        table.add_column(column, justify="right", no_wrap=True)
    for name, cells in picture.rows.items():
        table.add_row(name, *map(Text, cells))
    yield table


def _width(picture: Grid) -> int:
    lines: list[Sequence[str]] = [("", *picture.columns), *((name, *cells) for name, cells in picture.rows.items())]
    return sum(max(map(cell_len, column)) + GAP for column in zip_longest(*lines, fillvalue=""))
