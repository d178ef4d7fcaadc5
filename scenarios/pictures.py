"""Pictures of what a run measured, as data: a family returns them, and a report draws them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Span:
    """An activity from `begin` to `end`, in seconds; `kind` names it, such as `computing`."""

    begin: float
    end: float
    kind: str


@dataclass(frozen=True)
class Timeline:
    """Spans in time, one lane for each task or service."""

    title: str
    lanes: Mapping[str, Sequence[Span]]


@dataclass(frozen=True)
class Curves:
    """A cost against N, one curve for each series; both axes may be logarithmic.

    `cliffs` has, by curve, the values of N at which something breaks: from there on the numbers mean something else.
    """

    title: str
    across: str
    upwards: str
    series: Mapping[str, Mapping[float, float]]
    cliffs: Mapping[str, Sequence[float]] = field(default_factory=dict)


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

    The percentiles are in order, and the same for all series.
    """

    title: str
    unit: str
    series: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Bars:
    """One value for each name, in `unit`."""

    title: str
    unit: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class Steps:
    """(actor, action) pairs, one step after another."""

    title: str
    steps: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Grid:
    """A table: one row for each name, the columns in order."""

    title: str
    columns: Sequence[str]
    rows: Mapping[str, Sequence[str]]


Picture = Timeline | Curves | Percentiles | Bars | Steps | Grid

# What a service can have only so much of.
Seen = Literal["sockets", "descriptors"]


@dataclass(frozen=True)
class Cliff:
    """The most that theory allows a service to have, whatever its resource limits are."""

    service: str
    seen: Seen
    bound: Bound
