"""Shows a sweep on the terminal: a row for each run, the curves with their growth in words, and the cliffs."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scenarios.judging import failures
from scenarios.judging.quantities import Json
from scenarios.pictures import Bars, Curves, Picture
from scenarios.report.terminal import STYLES, table
from scenarios.report.text_charts import draw
from scenarios.results.record import EXIT_STATUS
from scenarios.results.sweep_record import CliffKept, CurveKept, PointKept, Sweep
from scenarios.theory import growth

NONE = "-"


def show(sweep: Sweep, out: Console) -> None:
    """Prints the sweep."""
    if sweep.points:
        out.print(_points(sweep))
    for line in draw(picture(sweep)) if any(values(one) for one in sweep.points) else ():
        out.print(line)
    for number, text in enumerate(growths(sweep)):
        out.print(Text(f"{'' if number else 'growth':11}{text}"), soft_wrap=True)
    for expected, measured in map(cliff_in_words, sweep.cliffs):
        out.print(Text(f"cliff      {expected}\n           {measured}"), soft_wrap=True)
    out.print(f"{len(sweep.points)} runs: {counted(sweep)}")


def _points(sweep: Sweep) -> Table:
    names = list(dict.fromkeys(name for one in sweep.points for name in values(one)))
    errors = any(one.predicted is not None for one in sweep.points)
    unit = sweep.measure.unit and f" {sweep.measure.unit}"
    costs = [f"{name or sweep.measure.key}{unit}" for name in names]
    made = table(*sweep.swept, *costs, "verdict", "took", *(["predicted error"] if errors else []))
    for one in sweep.points:
        made.add_row(
            *(str(one.parameters[name]) for name in sweep.swept),
            *(cell(values(one).get(name)) for name in names),
            Text(one.verdict, STYLES[one.verdict]),
            f"{one.seconds:.2f} s",
            *([Text(failures.in_words(one.predicted))] if errors else []),
        )
    return made


def values(point: PointKept) -> Mapping[str, Json]:
    """The measured values by name; a single value has an empty name."""
    if point.value is None:
        return {}
    return point.value if isinstance(point.value, Mapping) else {"": point.value}


def cell(value: Json) -> str:
    """A number; for a curve that one run measured, its first and last value."""
    if isinstance(value, Mapping):
        ends = [*value.values()][:: max(1, len(value) - 1)]
        return " to ".join(map(cell, ends))
    return NONE if value is None else f"{value:.4g}" if isinstance(value, int | float) else str(value)


def picture(sweep: Sweep) -> Picture:
    """The curves of the sweep, or bars if no varied parameter is a number."""
    if sweep.axis is None:
        bars = {
            ", ".join(filter(None, [*map(str, one.parameters.values()), name])): float(value)
            for one in sweep.points
            for name, value in values(one).items()
            if isinstance(value, int | float)
        }
        return Bars(sweep.measure.title, sweep.measure.unit, bars)
    series = {one.name: dict(one.points) for one in sweep.curves}
    cliffs = {
        curve.name: [cliff.at or cliff.above for cliff in sweep.cliffs if cliff.beside == curve.beside]
        for curve in sweep.curves
    }
    return Curves(sweep.measure.title, sweep.axis, sweep.measure.unit, series, cliffs)


def growths(sweep: Sweep) -> list[str]:
    """The growth of each curve in words."""
    if sweep.axis is None:
        return ["unknown: no varied parameter is a number"]
    return [f"{one.name}: {in_words(one, sweep.measure.unit)}" for one in sweep.curves]


def counted(sweep: Sweep) -> str:
    """How many points have which verdict, such as `6 pass, 1 fail`."""
    numbers = {verdict: sum(one.verdict == verdict for one in sweep.points) for verdict in EXIT_STATUS}
    return ", ".join(f"{number} {verdict}" for verdict, number in numbers.items() if number)


def in_words(curve: CurveKept, unit: str) -> str:
    """For example `linear, N^0.99 (95 % confidence interval 0.95 to 1.06); about 0.4 + 0.03 N^0.99 µs`."""
    fit, more = curve.growth, len(curve.points) - len(curve.told_from)
    of = f"; fitted to {len(curve.told_from)} of {len(curve.points)} points" if more else ""
    if fit.exponent is None:
        return f"{fit.kind}: {fit.why}{of}"
    exponent, low, high = map(_hundredths, (fit.exponent, fit.low, fit.high))
    power = f"{fit.named}, N^{exponent} (95 % confidence interval {low} to {high})"
    return power + (f": {fit.why}" if fit.why else _formula(curve, unit)) + of


def _hundredths(number: float | None) -> str:
    """With two decimals, and never -0.00."""
    return NONE if number is None else f"{round(number, 2) + 0.0:.2f}"


def _formula(curve: CurveKept, unit: str) -> str:
    fit = curve.growth
    if fit.kind == growth.FLAT:
        middle = sorted(cost for n, cost in curve.points if n in curve.told_from)[len(curve.told_from) // 2]
        return f"; about {middle:.3g} {unit}".rstrip()
    power = "" if fit.exponent == 1 else f"^{fit.exponent:.2f}"
    fixed = f"{fit.fixed:.3g} + " if fit.fixed else ""
    return f"; about {fixed}{fit.factor:.3g} N{power} {unit}".rstrip()


def cliff_in_words(cliff: CliffKept) -> tuple[str, str]:
    """Where the predicted error changes, and what was measured on both sides."""
    of = f"{cliff.beside}, " if cliff.beside else ""
    where = f"between {cliff.below:g} and {cliff.above:g}"
    if cliff.at is not None:
        where = f"from {cliff.parameter} {cliff.at:g} on"
    before, after = map(failures.or_no_error, (cliff.before, cliff.after))
    return (
        f"{of}{where}, by theory: {after}; before it: {before}",
        f"measured at {cliff.below:g}: {cliff.measured[0]}; at {cliff.above:g}: {cliff.measured[1]}",
    )
