"""Prints the result of a run: what differs, the picture of the lesson, the verdict, and what to try next."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scenarios import families
from scenarios.definition.scenario import Scenario
from scenarios.families.base import MISUNDERSTOOD, Family, pictures
from scenarios.judging.quantities import Json, Quantity
from scenarios.report.agreement import Row, agreement
from scenarios.report.lines import STYLES, print_line, table
from scenarios.report.result_table import rows
from scenarios.report.text_charts import draw, folded
from scenarios.results.record import Check, Record

MARKS = {"passed": "ok  ", "failed": "FAIL", "error": "????", "skipped": "skip"}
# The results of checks that are only counted, in words.
QUIET = {"passed": "hold", "skipped": "skipped"}


def show(record: Record, scenario: Scenario, out: Console, *, verbose: bool = False) -> None:
    """Prints what differs, the checks that do not hold, the lesson's picture, the verdict, and what to try next.

    `verbose` prints all values, all checks and all pictures.
    """
    if record.predicted is not None:
        _show_values(record, families.find(scenario.family), out, verbose)
    _show_checks(record.checks, out, verbose)
    if record.measured is not None:
        _show_pictures(scenario, record, out, verbose)
    out.print(_verdict(record))
    if record.problem and not record.is_dry_run:
        for line in record.problem.splitlines():
            print_line(out, f"  {line}")
    if record.run:
        out.print(Text(f"  evidence: {record.run}"), soft_wrap=True)
    if record.measured is not None:
        _show_what_next(scenario, out)


def _show_values(record: Record, family: Family, out: Console, verbose: bool) -> None:
    """In one line if all came out as predicted; else the others in a table."""
    predicted = record.predicted or {}
    found = None
    with suppress(*MISUNDERSTOOD):  # a program reported values that are not numbers
        found = agreement(family.quantities, record)
    if verbose or found is None:
        out.print(side_by_side(family.quantities, predicted, record.measured))
    elif found.differing:
        out.print(_table_of(found.differing))
    if found is not None and found.words() and record.measured is not None:
        out.print(Text(f"measured   {found.words()}"))


def _verdict(record: Record) -> Text:
    line, took = Text("verdict    "), f"{record.seconds['total']:.2f} s"
    if record.is_dry_run:
        return line.append(f"not run (--dry-run), {took}")
    return line.append(record.verdict, STYLES[record.verdict]).append(f"  {record.engine}, {took}")


def _show_pictures(scenario: Scenario, record: Record, out: Console, verbose: bool) -> None:
    """The headline last, just above the verdict; the others only if `verbose`."""
    drawn = pictures(families.find(scenario.family), scenario, record.measured or {}, record.predicted or {})
    for picture in [*(drawn[1:] if verbose else ()), *drawn[:1]]:
        with suppress(*MISUNDERSTOOD):  # a program reported values that are not numbers
            for part in list(draw(picture, out.width)):
                out.print(part, soft_wrap=isinstance(part, Text))


def _show_checks(checks: Sequence[Check], out: Console, verbose: bool) -> None:
    """Those that do not hold one by one, and how many hold."""
    for check in checks:
        if verbose or check.result not in QUIET:
            _show_check(check, out)
    counts = {result: sum(check.result == result for check in checks) for result in QUIET}
    words = [f"{counts[result]} {words}" for result, words in QUIET.items() if counts[result]]
    if words and not verbose:
        out.print(Text(f"checks     {', '.join(words)}"))


def _show_check(check: Check, out: Console) -> None:
    mark = f"  {MARKS[check.result]}  "
    for n, part in enumerate(folded(mark + check.name, out.width)):
        text = Text(part)
        if not n:
            text.stylize(STYLES.get(check.result, ""), 0, len(mark))
        out.print(text, soft_wrap=True)
    if check.result != "passed" and check.message:
        print_line(out, f"        {check.message.splitlines()[0]}")


def _show_what_next(scenario: Scenario, out: Console) -> None:
    if scenario.teaches:
        print_line(out, f"teaches    {scenario.teaches}")
    for number, command in enumerate(scenario.next_commands):
        out.print(Text(f"{'' if number else 'try next':<11}./inv {command}"), soft_wrap=True)


def side_by_side(quantities: Sequence[Quantity], predicted: Mapping[str, Json], measured: Json) -> Table:
    """A table of predicted and measured values."""
    return _table_of(rows(quantities, predicted, measured))


def _table_of(found: Iterable[Row]) -> Table:
    shown = table("", "predicted", "measured", overflow="fold", gap=3)
    for row in found:
        shown.add_row(*map(Text, row))  # as Text, since rich might take an exception's text for markup
    return shown
