"""A figure of a page: its drawing, the same in words, and its numbers as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """`description` says what the drawing shows, for readers who cannot see it; the table has every number.

    `drawing` has the arguments of the macro `kind` in chart.html.j2, places and lengths in percent; it is empty if
    there is nothing to draw. `notes` stand below the drawing.
    """

    title: str
    description: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    kind: Literal["table", "curves", "bars", "timeline", "steps", "machines"] = "table"
    drawing: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
