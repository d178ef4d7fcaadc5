"""What a sweep's points amount to: curves with their growth, and the cliffs between them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scenarios import failures
from scenarios.errors import UsageError
from scenarios.quantities import CostCurve, Json
from scenarios.sweeps.kept import CliffKept, CurveKept, PointKept
from scenarios.sweeps.plan import Plan, Point
from scenarios.theory import growth

# A word of theory for any value of the axis, with all else as it is in a point: the error that it predicts.
Foresight = Callable[[Point, float], Json]
# What differs from one failure of a kind to the next.
WHERE = "at_client"


@dataclass(frozen=True)
class Ran:
    """A point of the plan, and what came of it."""

    point: Point
    kept: PointKept


@dataclass(frozen=True)
class _Dot:
    """One cost: of which curve, beside which runs, at which N, and whether growth may be told from it."""

    curve: str
    beside: str
    n: float
    cost: float
    side: Json
    passed: bool


def curves(plan: Plan, cost: CostCurve, ran: Sequence[Ran]) -> tuple[CurveKept, ...]:
    """A curve for each name that costs are measured by, and each combination of what is not the axis."""
    dots = [dot for one in ran for dot in _dots(plan, cost, one)]
    names = dict.fromkeys(dot.curve for dot in dots)
    return tuple(_curve(name, [dot for dot in dots if dot.curve == name], cost.grain) for name in names)


def axis_of(plan: Plan, cost: CostCurve) -> str | None:
    """What the costs are drawn against: what a run draws them against itself, else the plan's axis."""
    return cost.over or (plan.axis.name if plan.axis else None)


def _dots(plan: Plan, cost: CostCurve, ran: Ran) -> Iterator[_Dot]:
    where, axis = plan.at(ran.point), axis_of(plan, cost)
    beside = _beside(plan, ran.point, axis)
    values = ran.kept.value if isinstance(ran.kept.value, Mapping) else {"": ran.kept.value}
    for name, value in values.items():
        named = [name] if len(values) > 1 else []
        label = ", ".join([*named, *filter(None, [beside])]) or name or cost.title
        for n, number in _numbers(value, where):
            yield _Dot(label, beside, n, number, side(ran.kept.predicted), ran.kept.verdict == "pass")


def _beside(plan: Plan, point: Point, axis: str | None) -> str:
    """What else than the axis was varied, in words."""
    return ", ".join(_said(plan, name, value) for name, value in point.values.items() if name != axis)


def _said(plan: Plan, name: str, value: str) -> str:
    """A word speaks for itself; a number needs its name."""
    is_number = any(one.name == name and one.numbers is not None for one in plan.dimensions)
    return f"{name} {value}" if is_number else value


def _numbers(value: Json, where: float | None) -> Iterable[tuple[float, float]]:
    """(N, cost): one at the point's own place, or all that the run has drawn itself."""
    if isinstance(value, Mapping):
        return [(float(n), float(number)) for n, number in value.items() if _is_number(number)]
    return [(where, float(value))] if _is_number(value) and where is not None else []


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _curve(name: str, dots: Sequence[_Dot], grain: float) -> CurveKept:
    passed = [dot for dot in dots if dot.passed]
    near = min(passed, key=lambda dot: dot.n).side if passed else None
    told = _middles(dot for dot in passed if dot.side == near)
    return CurveKept(
        name=name,
        beside=dots[0].beside,
        points=tuple(_middles(dots).items()),
        told_from=tuple(told),
        growth=growth.told(told, grain),
    )


def _middles(dots: Iterable[_Dot]) -> dict[float, float]:
    """The middle one of the costs at each N, by rising N."""
    at: dict[float, list[float]] = {}
    for dot in dots:
        at.setdefault(dot.n, []).append(dot.cost)
    return {n: statistics.median(at[n]) for n in sorted(at)}


def side(error: Json) -> Json:
    """What an error is, wherever it happens: on one side of a cliff it is the same."""
    return {key: value for key, value in error.items() if key != WHERE} if isinstance(error, Mapping) else error


def cliffs(plan: Plan, ran: Sequence[Ran], foresee: Foresight) -> tuple[CliffKept, ...]:
    """Where the predicted error changes between two neighbours on the axis, with theory's exact place."""
    if plan.axis is None:
        return ()
    rows: dict[str, list[Ran]] = {}
    for one in ran:
        rows.setdefault(_beside(plan, one.point, plan.axis.name), []).append(one)
    return tuple(
        _cliff(plan, beside, (low, high), foresee)
        for beside, row in rows.items()
        for low, high in pairwise(sorted(row, key=lambda one: plan.at(one.point) or 0.0))
        if side(low.kept.predicted) != side(high.kept.predicted)
    )


def _cliff(plan: Plan, beside: str, pair: tuple[Ran, Ran], foresee: Foresight) -> CliffKept:
    assert plan.axis is not None
    low, high = pair
    below, above = (plan.at(one.point) or 0.0 for one in pair)
    before = side(low.kept.predicted)
    is_whole = isinstance(below, int) and isinstance(above, int)
    try:
        at: float | None = first(lambda n: side(foresee(low.point, n)) != before, below, above, is_whole)
        after = foresee(low.point, at) if at is not None else high.kept.predicted
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
        measured=(_seen(low.kept), _seen(high.kept)),
    )


def _seen(point: PointKept) -> str:
    return f"nothing ({point.verdict})" if point.value is None else error_in_words(point.measured)


def error_in_words(error: Json) -> str:
    """An error, or that there is none."""
    return "no error" if error is None else failures.in_words(error)


def first(holds: Callable[[float], bool], below: float, above: float, is_whole: bool) -> float:
    """The first number above `below` at which `holds`, which is false at `below` and true at `above`, by bisection.

    Of numbers that need not be whole, to a thousandth of the distance. If it changes more than once between them, one
    of the places is found.
    """
    near = 1 if is_whole else (above - below) / 1000
    while above - below > near:
        middle = (below + above) // 2 if is_whole else (below + above) / 2
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above
