"""A figure of a page: its drawing, the same in words, and its numbers as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from scenarios.judging.quantities import singular
from scenarios.pictures import Band
from scenarios.report.charts.scales import number, significant

# From here on six digits would need a power of ten.
MANY = 1e6
# By name, the number of its colour, dashes and mark: the same in every figure of a page.
Looks = Mapping[str, int]


@dataclass(frozen=True)
class Figure:
    """`description` says what the drawing shows, for readers who cannot see it; the table has every number.

    `drawing` has the arguments of the macro `kind` in chart.html.j2, places and lengths in percent; it is empty if
    there is nothing to draw. `notes` stand below the drawing. `has_prediction` adds the legend of solid and hollow.
    """

    title: str
    description: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    kind: Literal["table", "curves", "bars", "timeline", "steps", "compared", "machines"] = "table"
    drawing: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    has_prediction: bool = False


def looks_of(names: Iterable[str]) -> dict[str, int]:
    """A look for each name, in order."""
    return {name: n for n, name in enumerate(dict.fromkeys(names))}


def in_words(band: Band) -> str:
    """`1,020`, `0.5 to 2`, `≥ 3` or `≤ 3`; empty if any value may come."""
    if band.low is not None and band.high is not None:
        return number(band.low) if band.exact else f"{number(band.low)} to {number(band.high)}"
    return (
        f"≥ {number(band.low)}" if band.low is not None else f"≤ {number(band.high)}" if band.high is not None else ""
    )


def counted(value: float, unit: str) -> str:
    """`1 thread`, `2 threads`, `0.5 s`."""
    words = number(value)
    return f"{words} {singular(unit) if words == '1' else unit}".rstrip()


def cell(value: float | None) -> str:
    """A value in a table, to six digits and never as a power of ten; empty for none."""
    return "" if value is None else f"{value:.0f}" if abs(value) >= MANY else significant(value, 6)


def notes_of(*lines: str) -> list[str]:
    """The lines that are not empty."""
    return [one for one in lines if one]
