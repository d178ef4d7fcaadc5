"""Shows two runs side by side on the terminal."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scenarios import families
from scenarios.judging.comparison import Comparison, Pair, ratio
from scenarios.judging.quantities import Json, Quantity
from scenarios.report.result_table import rows
from scenarios.report.terminal import STYLES, table
from scenarios.results import run_directories

NONE = "-"


def show(comparison: Comparison, out: Console) -> None:
    """Prints the comparison."""
    out.print(_heads(comparison))
    if comparison.note:
        out.print(Text(comparison.note), soft_wrap=True)
    else:
        out.print(_quantities(comparison))
    for text in _checks(comparison):
        out.print(Text(text), soft_wrap=True)
    out.print(_numbers("seconds", comparison.seconds))
    for service, used in comparison.resources.items():
        out.print(_numbers(service, used))


def _heads(comparison: Comparison) -> Table:
    made = table("", "first", "second")
    made.add_row("scenario", *map(_text, comparison.scenario))
    made.add_row("engine", *map(_text, comparison.engine))
    made.add_row("run", *(_text(run and run_directories.run_of(Path(run))) for run in comparison.runs))
    made.add_row("verdict", *(Text(verdict, STYLES[verdict]) for verdict in comparison.verdict))
    if any(comparison.problem):
        made.add_row("problem", *map(_text, comparison.problem))
    for name, pair in comparison.parameters.items():
        made.add_row(name, *map(_text, pair))
    if not comparison.parameters:
        made.add_row("parameters", "the same", "")
    return made


def _text(value: object) -> Text:
    return Text(NONE if value is None else str(value))


def _quantities(comparison: Comparison) -> Table:
    columns = ("predicted, first", "measured, first", "predicted, second", "measured, second")
    made = table("", *columns, overflow="fold")
    for one in families.find(comparison.family[0]).quantities:
        sides = [_words(one, *both) for both in zip(comparison.predicted, comparison.measured, strict=True)]
        for label in dict.fromkeys((*sides[0], *sides[1])):
            made.add_row(label, *(Text(word) for side in sides for word in side.get(label, (NONE, NONE))))
    return made


def _words(quantity: Quantity, predicted: Mapping[str, Json] | None, measured: Json) -> dict[str, tuple[str, str]]:
    shown = rows([quantity], predicted, measured) if predicted is not None else ()
    return {label: (expected, found) for label, expected, found in shown}


def _checks(comparison: Comparison) -> Iterator[str]:
    if not comparison.checks:
        yield "checks     the same checks with the same results"
    for number, (name, results) in enumerate(comparison.checks.items()):
        first, second = (result or "not run" for result in results)
        yield f"{'' if number else 'checks':11}{name}: {first}, {second}"


def _numbers(title: str, pairs: Mapping[str, Pair]) -> Table:
    made = table(title, "first", "second", "second : first", narrow=(title,))
    for name, pair in pairs.items():
        times = ratio(pair)
        made.add_row(name, *map(_number, pair), NONE if times is None else f"{times:.2f}")
    return made


def _number(value: float | None) -> str:
    return NONE if value is None else f"{value:,.6g}"
