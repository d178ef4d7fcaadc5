"""Pictures of what a run measured, as data: a family returns them, and a report draws them. Pure.

Every kind of picture takes the prediction in the same way: `predicted` has, for a name that is measured, what theory
allows. A report draws what was measured solid and what was predicted hollow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Band:
    """The values that theory allows: from `low` to `high`; both the same is one value, and None is no bound."""

    low: float | None = None
    high: float | None = None

    @property
    def exact(self) -> bool:
        return self.low is not None and self.low == self.high

    @property
    def ends(self) -> tuple[float, ...]:
        """The bounds that there are."""
        return tuple(dict.fromkeys(one for one in (self.low, self.high) if one is not None))


@dataclass(frozen=True)
class Span:
    """An activity from `begin` to `end`, in seconds; `kind` names it, such as `computing`."""

    begin: float
    end: float
    kind: str


@dataclass(frozen=True)
class Mark:
    """Something that happened `at` a second; `kind` names it, such as `missed`."""

    at: float
    kind: str


@dataclass(frozen=True)
class Timeline:
    """Spans in time, one lane for each task or service, and marks within these lanes.

    `predicted` has the spans that theory foresees, by lane.
    """

    title: str
    lanes: Mapping[str, Sequence[Span]]
    predicted: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    marks: Mapping[str, Sequence[Mark]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Curves:
    """A cost against N, one curve for each series. Both axes are logarithmic, or none.

    `cliffs` has, by curve, the values of N at which something breaks: from there on the numbers mean something else.
    `predicted` has, by curve, what theory allows at each N. `guides` are lines to compare with, such as `slope 1`.
    """

    title: str
    across: str
    upwards: str
    series: Mapping[str, Mapping[float, float]]
    cliffs: Mapping[str, Sequence[float]] = field(default_factory=dict)
    predicted: Mapping[str, Mapping[float, Band]] = field(default_factory=dict)
    guides: Mapping[str, Mapping[float, float]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Bound:
    """The highest value that theory allows, and the reason in words."""

    value: float
    words: str


@dataclass(frozen=True)
class TimeChart:
    """Values over time: (second, value in `unit`) for each service, in order.

    `bounds` are drawn if they are near the values. `moments` are (second, word): what had just happened then.
    """

    title: str
    unit: str
    series: Mapping[str, Sequence[tuple[float, float]]]
    bounds: Sequence[Bound] = ()
    moments: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True)
class Percentiles:
    """The distribution of a cost: for each series, its value in `unit` at each percentile, such as `50 %` or `99 %`.

    The percentiles are in order, and the same for all series. `predicted` has, by series, what theory allows at some.
    """

    title: str
    unit: str
    series: Mapping[str, Mapping[str, float]]
    predicted: Mapping[str, Mapping[str, Band]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Bars:
    """One value for each name, in `unit`. `limits` are lines across all bars. `logarithmic` is for values far apart."""

    title: str
    unit: str
    values: Mapping[str, float]
    predicted: Mapping[str, Band] = field(default_factory=dict)
    limits: Sequence[Bound] = ()
    logarithmic: bool = False
    note: str = ""


@dataclass(frozen=True)
class Steps:
    """(actor, action) pairs, one step after another, and those that theory foresees."""

    title: str
    steps: Sequence[tuple[str, str]]
    predicted: Sequence[tuple[str, str]] = ()
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: one row for each name, the columns in order. `predicted` has its cells by row; an empty one is free."""

    title: str
    columns: Sequence[str]
    rows: Mapping[str, Sequence[str]]
    predicted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    note: str = ""


Picture = Timeline | Curves | Percentiles | Bars | Steps | Grid

# What a service can have only so much of.
Seen = Literal["sockets", "descriptors"]


@dataclass(frozen=True)
class Cliff:
    """The most that theory allows a service to have, whatever its resource limits are."""

    service: str
    seen: Seen
    bound: Bound
