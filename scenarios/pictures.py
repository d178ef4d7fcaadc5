"""Pictures of what a run measured, as data: a family says what there is to see, and a report draws it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Span:
    """Something that took from `begin` to `end`, in seconds; what of, such as `computing`, is its `kind`."""

    begin: float
    end: float
    kind: str


@dataclass(frozen=True)
class Timeline:
    """Who did what when: one lane each."""

    title: str
    lanes: Mapping[str, Sequence[Span]]


@dataclass(frozen=True)
class Curves:
    """A cost against N, one curve each; both axes may be drawn by their logarithms.

    `cliffs` has the numbers at which something breaks, by curve: from there on it is another matter that was measured.
    """

    title: str
    across: str
    upwards: str
    series: Mapping[str, Mapping[float, float]]
    cliffs: Mapping[str, Sequence[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Bars:
    """One value each, in `unit`."""

    title: str
    unit: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class Steps:
    """What happened one after the other: who, and what it did."""

    title: str
    steps: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Grid:
    """A table: a row each, the columns in order."""

    title: str
    columns: Sequence[str]
    rows: Mapping[str, Sequence[str]]


Picture = Timeline | Curves | Bars | Steps | Grid
