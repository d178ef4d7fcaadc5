"""The runs of a sweep: one scenario with every combination of the values of its swept parameters."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scenarios import families
from scenarios.definition import catalog, ranges
from scenarios.definition.parameters import Value
from scenarios.definition.ranges import Dimension
from scenarios.definition.scenario import Scenario
from scenarios.errors import UsageError
from scenarios.families.base import Family

MOST_RUNS = 200
SMALL_RUN = 2.0  # seconds that a small run takes on a Docker Engine


@dataclass(frozen=True)
class Point:
    """One run of the sweep: the values of the swept parameters as texts, and the scenario with them."""

    values: Mapping[str, str]
    scenario: Scenario

    @property
    def swept(self) -> dict[str, Value]:
        return {name: self.scenario.parameters[name] for name in self.values}

    @property
    def label(self) -> str:
        """For example `clients 100, selector epoll`."""
        return ", ".join(f"{name} {value}" for name, value in self.values.items()) or self.scenario.name


@dataclass(frozen=True)
class Plan:
    """A sweep. `axis` is the first swept parameter that is a number; `fixed` have the same value in all runs."""

    name: str
    dimensions: tuple[Dimension, ...]
    fixed: Mapping[str, str]
    axis: Dimension | None
    points: tuple[Point, ...]

    @property
    def family(self) -> Family:
        return families.find(self.points[0].scenario.family)

    def at(self, point: Point) -> float | None:
        """A point's value on the axis; None if there is no axis."""
        if self.axis is None or self.axis.numbers is None:
            return None
        return self.axis.numbers[self.axis.values.index(point.values[self.axis.name])]

    def scenario_at(self, point: Point, value: float) -> Scenario:
        """The scenario of a point with another value on the axis; raises UsageError if that value is not allowed."""
        assert self.axis is not None
        return catalog.load(self.name, {**self.fixed, **point.values, self.axis.name: ranges.plain(value)})


def make_plan(name: str, given: Mapping[str, str], points: int | None = None) -> Plan:
    """Plans a sweep over `given`: a range, a list or a single value by parameter. A range has `points` values.

    If `given` varies nothing, the sweep in the scenario's file is used. Raises UsageError.
    """
    if points is not None and points < ranges.LEAST_POINTS:
        raise UsageError(f"--points is {points}: it must be at least {ranges.LEAST_POINTS}, the two ends of a range")
    if points is not None and points > MOST_RUNS:
        raise UsageError(f"--points is {points}: a sweep has at most {MOST_RUNS} runs")
    base = catalog.load(name)
    dimensions = _dimensions(base, given, points)
    if not _varied(dimensions):
        own = _dimensions(base, {key: text for key, text in base.sweep.items() if key not in given}, points)
        dimensions = (*own, *dimensions)
    varied = _varied(dimensions)
    if not varied:
        raise UsageError(f"no parameter is varied; give a range or a list, such as {_example(base)}")
    _check_size(varied)
    axis = next((one for one in varied if one.is_axis), None)
    # The axis changes slowest: runs that are compared follow each other, and the longest runs come last.
    varied = sorted(varied, key=lambda one: one is not axis)
    fixed = {one.name: one.values[0] for one in dimensions if one not in varied}
    return Plan(name, tuple(varied), fixed, axis, tuple(_points(name, varied, fixed)))


def _dimensions(base: Scenario, given: Mapping[str, str], points: int | None) -> tuple[Dimension, ...]:
    return tuple(ranges.dimension(name, text, catalog.kind(base, name), points) for name, text in given.items())


def _varied(dimensions: Sequence[Dimension]) -> list[Dimension]:
    return [one for one in dimensions if len(one.values) > 1]


def _example(base: Scenario) -> str:
    """A --set option that varies the scenario's first number."""
    for name in base.parameters:
        if catalog.kind(base, name).read is not None:
            return f"--set {name}=A..B, or a,b,c"
    return f"--set {next(iter(base.parameters), 'PARAMETER')}=a,b,c"


def _check_size(varied: Sequence[Dimension]) -> None:
    runs = math.prod(len(one.values) for one in varied)
    if runs > MOST_RUNS:
        times = " times ".join(f"{len(one.values)} of {one.name}" for one in varied)
        minutes = runs * SMALL_RUN / 60
        raise UsageError(
            f"this sweep has {runs} runs ({times}); at most {MOST_RUNS} are allowed. At {SMALL_RUN:g} s a run they "
            f"would take at least {minutes:.0f} minutes. Give fewer values, or a smaller --points"
        )


def _points(name: str, varied: Sequence[Dimension], fixed: Mapping[str, str]) -> list[Point]:
    """Every combination; the last dimension changes fastest. Raises UsageError if one is not allowed."""
    points = []
    for combination in itertools.product(*(one.values for one in varied)):
        values = {one.name: value for one, value in zip(varied, combination, strict=True)}
        points.append(Point(values, catalog.load(name, {**fixed, **values})))
    return points
