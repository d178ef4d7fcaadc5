"""Pictures of what a run measured, as data: a family says what there is to see, and a report draws it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


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
class Bound:
    """A value that theory foresees as the highest that can be, and in words why."""

    value: float
    words: str


@dataclass(frozen=True)
class Course:
    """What was seen in the course of time: (second, value in `unit`) of each who was looked at, in order.

    `bounds` are drawn where they lie near what was seen. `moments` are (second, word): what had just happened then.
    """

    title: str
    unit: str
    series: Mapping[str, Sequence[tuple[float, float]]]
    bounds: Sequence[Bound] = ()
    moments: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True)
class Percentiles:
    """How a cost is spread: of each, its value in `unit` at each share, such as `50 %`, `99 %`, `the longest`.

    The shares stand in their order, and are the same for all.
    """

    title: str
    unit: str
    series: Mapping[str, Mapping[str, float]]


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


Picture = Timeline | Curves | Course | Percentiles | Bars | Steps | Grid

# Of what a service can have so much and no more, as it is seen in the course of time.
Seen = Literal["sockets", "descriptors"]


@dataclass(frozen=True)
class Cliff:
    """Where theory foresees that a service comes no further, whatever its limits are: the bound of what it has."""

    service: str
    seen: Seen
    bound: Bound
