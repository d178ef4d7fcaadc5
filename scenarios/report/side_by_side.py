"""Two runs side by side: the rows of their comparison as texts, and these on the terminal."""

from collections.abc import Iterator, Mapping, Sequence
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
SIDES = ("first", "second")
QUANTITIES = ("", "predicted, first", "measured, first", "predicted, second", "measured, second")
NUMBERS = (*SIDES, "second : first")


def show(comparison: Comparison, out: Console) -> None:
    """Prints the comparison."""
    out.print(_table(("", *SIDES), heads(comparison)))
    if comparison.note:
        out.print(Text(comparison.note), soft_wrap=True)
    else:
        made = table(*QUANTITIES, overflow="fold")
        for row in quantities(comparison):
            made.add_row(*map(Text, row))
        out.print(made)
    for number, text in enumerate(checks(comparison)):
        out.print(Text(f"{'' if number else 'checks':11}{text}"), soft_wrap=True)
    for title, pairs in costs(comparison).items():
        out.print(_table((title, *NUMBERS), numbers(pairs), narrow=(title,)))


def _table(columns: Sequence[str], body: Iterator[Sequence[str]], narrow: Sequence[str] = ()) -> Table:
    made = table(*columns, narrow=narrow)
    for name, *cells in body:
        made.add_row(name, *(Text(one, STYLES.get(one, "") if name == "verdict" else "") for one in cells))
    return made


def heads(comparison: Comparison) -> Iterator[Sequence[str]]:
    """(name, first, second): what the runs were, and the parameters that differ."""
    yield "scenario", *map(_text, comparison.scenario)
    yield "engine", *map(_text, comparison.engine)
    yield "run", *(_text(run and run_directories.run_of(Path(run))) for run in comparison.runs)
    yield "verdict", *map(_text, comparison.verdict)
    if any(comparison.problem):
        yield "problem", *map(_text, comparison.problem)
    for name, pair in comparison.parameters.items():
        yield name, *map(_text, pair)
    if not comparison.parameters:
        yield "parameters", "the same", ""


def _text(value: object) -> str:
    return NONE if value is None else str(value)


def quantities(comparison: Comparison) -> Iterator[Sequence[str]]:
    """The rows under QUANTITIES; only for runs of the same family."""
    for one in families.find(comparison.family[0]).quantities:
        sides = [_words(one, *both) for both in zip(comparison.predicted, comparison.measured, strict=True)]
        for label in dict.fromkeys((*sides[0], *sides[1])):
            yield label, *(word for side in sides for word in side.get(label, (NONE, NONE)))


def _words(quantity: Quantity, predicted: Mapping[str, Json] | None, measured: Json) -> dict[str, tuple[str, str]]:
    shown = rows([quantity], predicted, measured) if predicted is not None else ()
    return {label: (expected, found) for label, expected, found in shown}


def checks(comparison: Comparison) -> list[str]:
    """The checks whose results differ."""
    if not comparison.checks:
        return ["the same checks with the same results"]
    return [
        f"{name}: {', '.join(result or 'not run' for result in results)}" for name, results in comparison.checks.items()
    ]


def costs(comparison: Comparison) -> dict[str, Mapping[str, Pair]]:
    """The seconds by phase, and the resources of each service."""
    return {"seconds": comparison.seconds, **comparison.resources}


def numbers(pairs: Mapping[str, Pair]) -> Iterator[Sequence[str]]:
    """(name, first, second, second : first)."""
    for name, pair in pairs.items():
        times = ratio(pair)
        yield name, *map(_number, pair), NONE if times is None else f"{times:.2f}"


def _number(value: float | None) -> str:
    return NONE if value is None else f"{value:,.6g}"
