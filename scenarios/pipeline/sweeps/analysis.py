"""The result of a sweep: its curves with their growth, and its cliffs, where the predicted error changes."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scenarios.errors import UsageError
from scenarios.judging import failures
from scenarios.judging.quantities import CostCurve, Json
from scenarios.pipeline.sweeps.plan import Plan, Point
from scenarios.results.sweep_record import CliffKept, CurveKept, PointKept
from scenarios.system.files import is_number
from scenarios.theory import growth

PredictError = Callable[[Point, float], Json]  # the error of a point with another value on the axis
WHERE = "at_client"  # this key of an error differs between failures of the same kind


@dataclass(frozen=True)
class FinishedPoint:
    point: Point
    kept: PointKept


@dataclass(frozen=True)
class _Sample:
    """One cost at one N. `beside` are the other swept values in words, `kind` is the predicted error without its place.

    Growth is fitted only to samples of runs that passed.
    """

    curve: str
    beside: str
    n: float
    cost: float
    kind: Json
    passed: bool


def curves(plan: Plan, cost: CostCurve, finished: Sequence[FinishedPoint]) -> tuple[CurveKept, ...]:
    """A curve for each name in the cost's values, and for each combination of the swept values beside the axis."""
    samples = [sample for one in finished for sample in _samples(plan, cost, one)]
    names = dict.fromkeys(sample.curve for sample in samples)
    return tuple(_curve(name, [one for one in samples if one.curve == name], cost.grain) for name in names)


def axis_of(plan: Plan, cost: CostCurve) -> str | None:
    """The name of the axis: that of the curve which each run measures itself, else the plan's."""
    return cost.over or (plan.axis.name if plan.axis else None)


def _samples(plan: Plan, cost: CostCurve, finished: FinishedPoint) -> Iterator[_Sample]:
    where, axis = plan.at(finished.point), axis_of(plan, cost)
    beside = _beside(plan, finished.point, axis)
    values = finished.kept.value if isinstance(finished.kept.value, Mapping) else {"": finished.kept.value}
    kind, passed = without_place(finished.kept.predicted), finished.kept.verdict == "pass"
    for name, value in values.items():
        named = [name] if len(values) > 1 else []
        label = ", ".join([*named, *filter(None, [beside])]) or name or cost.title
        for n, number in _numbers(value, where):
            yield _Sample(label, beside, n, number, kind, passed)


def _beside(plan: Plan, point: Point, axis: str | None) -> str:
    """The swept values beside the axis, in words: a number with its parameter's name, a word without it."""
    numeric = {one.name for one in plan.dimensions if one.numbers is not None}
    beside = {name: value for name, value in point.values.items() if name != axis}
    return ", ".join(f"{name} {value}" if name in numeric else value for name, value in beside.items())


def _numbers(value: Json, where: float | None) -> Iterable[tuple[float, float]]:
    """(N, cost): one at `where`, or many if the run measured a curve itself."""
    if isinstance(value, Mapping):
        return [(float(n), float(number)) for n, number in value.items() if is_number(number)]
    return [(where, float(value))] if is_number(value) and where is not None else []


def _curve(name: str, samples: Sequence[_Sample], grain: float) -> CurveKept:
    passed = [one for one in samples if one.passed]
    kind = min(passed, key=lambda one: one.n).kind if passed else None
    fitted = _medians(one for one in passed if one.kind == kind)
    return CurveKept(
        name=name,
        beside=samples[0].beside,
        points=tuple(_medians(samples).items()),
        told_from=tuple(fitted),
        growth=growth.fit(fitted, grain),
    )


def _medians(samples: Iterable[_Sample]) -> dict[float, float]:
    """The median cost at each N, by rising N."""
    costs: dict[float, list[float]] = {}
    for one in samples:
        costs.setdefault(one.n, []).append(one.cost)
    return {n: statistics.median(costs[n]) for n in sorted(costs)}


def without_place(error: Json) -> Json:
    """An error without the number of the client at which it happens. On one side of a cliff it is the same."""
    return {key: value for key, value in error.items() if key != WHERE} if isinstance(error, Mapping) else error


def cliffs(plan: Plan, finished: Sequence[FinishedPoint], predict_error: PredictError) -> tuple[CliffKept, ...]:
    """Where neighbours on the axis have different predicted errors, with the exact place by theory."""
    if plan.axis is None:
        return ()
    rows: dict[str, list[FinishedPoint]] = {}
    for one in finished:
        rows.setdefault(_beside(plan, one.point, plan.axis.name), []).append(one)
    return tuple(
        _cliff(plan, beside, (low, high), predict_error)
        for beside, row in rows.items()
        for low, high in pairwise(sorted(row, key=lambda one: plan.at(one.point) or 0.0))
        if without_place(low.kept.predicted) != without_place(high.kept.predicted)
    )


def _cliff(plan: Plan, beside: str, pair: Sequence[FinishedPoint], predict_error: PredictError) -> CliffKept:
    assert plan.axis is not None
    low, high = pair
    below, above = (plan.at(one.point) or 0.0 for one in pair)

    def has_changed(n: float) -> bool:
        return bool(without_place(predict_error(low.point, n)) != without_place(low.kept.predicted))

    try:
        at: float | None = bisect(has_changed, below, above, isinstance(below, int) and isinstance(above, int))
        after = predict_error(low.point, at) if at is not None else high.kept.predicted
    except UsageError:
        at, after = None, high.kept.predicted
    return CliffKept(
        beside=beside,
        parameter=plan.axis.name,
        below=below,
        above=above,
        at=at,
        before=low.kept.predicted,
        after=after,
        measured=(_measured(low.kept), _measured(high.kept)),
    )


def _measured(point: PointKept) -> str:
    return f"nothing ({point.verdict})" if point.value is None else failures.or_no_error(point.measured)


def bisect(holds: Callable[[float], bool], below: float, above: float, is_whole: bool) -> float:
    """The first number above `below` at which `holds` is true. It is false at `below` and true at `above`.

    If numbers need not be whole, the result is exact to a thousandth of the distance. If `holds` changes more than once
    in between, the result is one of the changes.
    """
    near = 1 if is_whole else (above - below) / 1000
    while above - below > near:
        middle = (below + above) // 2 if is_whole else (below + above) / 2
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above
