"""What a sweep runs: one scenario with every combination of the values that its parameters shall take."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scenarios import families, ranges, spec
from scenarios.errors import UsageError
from scenarios.families.base import Family
from scenarios.parameters import Value
from scenarios.ranges import Dimension
from scenarios.scenario import Scenario

MOST_RUNS = 200
# What a small run takes on a Docker Engine, in seconds.
A_RUN = 2.0


@dataclass(frozen=True)
class Point:
    """One of the runs: the swept parameters' values as text, and the scenario with them."""

    values: Mapping[str, str]
    scenario: Scenario

    @property
    def swept(self) -> dict[str, Value]:
        """The swept parameters' values."""
        return {name: self.scenario.parameters[name] for name in self.values}

    @property
    def label(self) -> str:
        """The point in a few words."""
        return ", ".join(f"{name} {value}" for name, value in self.values.items()) or self.scenario.name


@dataclass(frozen=True)
class Plan:
    """A sweep to be run: `fixed` are parameters that are set alike in all runs; `axis` is the first swept parameter
    that is a number, against which costs are drawn (None: there is none).
    """

    name: str
    dimensions: tuple[Dimension, ...]
    fixed: Mapping[str, str]
    axis: Dimension | None
    points: tuple[Point, ...]

    @property
    def family(self) -> Family:
        """The kind of experiment that it is."""
        return families.find(self.points[0].scenario.family)

    def at(self, point: Point) -> float | None:
        """Where a point is on the axis."""
        if self.axis is None or self.axis.numbers is None:
            return None
        return self.axis.numbers[self.axis.values.index(point.values[self.axis.name])]

    def moved(self, point: Point, to: float) -> Scenario:
        """The scenario of a point with another number on the axis; raises UsageError for one that it may not have."""
        assert self.axis is not None
        return spec.load(self.name, {**self.fixed, **point.values, self.axis.name: ranges.plain(to)})


def made(name: str, given: Mapping[str, str], points: int | None = None) -> Plan:
    """The sweep of a scenario over `given`: ranges, lists and single values by parameter; a range has `points` values.

    Where nothing is varied, what the scenario's own file says is. Raises UsageError.
    """
    if points is not None and points < ranges.LEAST_POINTS:
        raise UsageError(f"--points is {points}: a range has two ends, so it must be at least {ranges.LEAST_POINTS}")
    if points is not None and points > MOST_RUNS:
        raise UsageError(f"--points is {points}: a sweep has {MOST_RUNS} runs at most")
    base = spec.load(name)
    asked = _dimensions(base, given, points)
    if not _varied(asked):
        own = _dimensions(base, {key: text for key, text in base.sweep.items() if key not in given}, points)
        asked = (*own, *asked)
    varied = _varied(asked)
    if not varied:
        raise UsageError(f"nothing is varied; give a range or a list, such as {_example(base)}")
    _bound(varied)
    axis = next((one for one in varied if one.is_axis), None)
    # From one value of the axis to the next with all else in turn: what is compared is measured one after the other,
    # and what takes long comes last.
    varied = sorted(varied, key=lambda one: one is not axis)
    fixed = {one.name: one.values[0] for one in asked if one not in varied}
    return Plan(name, tuple(varied), fixed, axis, tuple(_points(name, varied, fixed)))


def _dimensions(base: Scenario, given: Mapping[str, str], points: int | None) -> tuple[Dimension, ...]:
    return tuple(ranges.dimension(name, text, spec.kind(base, name), points) for name, text in given.items())


def _varied(dimensions: Sequence[Dimension]) -> list[Dimension]:
    return [one for one in dimensions if len(one.values) > 1]


def _example(base: Scenario) -> str:
    """How a scenario's first number could be varied."""
    for name in base.parameters:
        if spec.kind(base, name).read is not None:
            return f"--set {name}=A..B, or a,b,c"
    return f"--set {next(iter(base.parameters), 'PARAMETER')}=a,b,c"


def _bound(varied: Sequence[Dimension]) -> None:
    runs = math.prod(len(one.values) for one in varied)
    if runs > MOST_RUNS:
        times = " times ".join(f"{len(one.values)} of {one.name}" for one in varied)
        minutes = runs * A_RUN / 60
        raise UsageError(
            f"that makes {runs} runs ({times}), more than {MOST_RUNS}; at {A_RUN:g} s for the smallest they would take "
            f"{minutes:.0f} minutes at least: fewer values, or fewer --points"
        )


def _points(name: str, varied: Sequence[Dimension], fixed: Mapping[str, str]) -> list[Point]:
    """Every combination, the last dimension's values changing first; raises UsageError for one that cannot be."""
    points = []
    for combination in itertools.product(*(one.values for one in varied)):
        values = {one.name: value for one, value in zip(varied, combination, strict=True)}
        points.append(Point(values, spec.load(name, {**fixed, **values})))
    return points
