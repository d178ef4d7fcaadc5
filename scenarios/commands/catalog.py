"""The command that lists the catalog."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from scenarios import spec
from scenarios.errors import EXIT_PASS, EXIT_USAGE, LabError
from scenarios.report.terminal import STYLES, console, table
from scenarios.scenario import TOPICS


def show_catalog(as_json: bool = False) -> int:
    """Lists the scenarios; a file that is wrong is named in its place, and makes the exit status 2."""
    found: list[dict[str, Any]] = []
    for name in spec.names():
        try:
            one = spec.load(name)
            about = {"summary": one.summary, "teaches": one.teaches, "parameters": one.parameters}
            found.append({"name": name, "topic": one.topic, **about})
        except LabError as error:
            found.append({"name": name, "problem": str(error)})
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        _print_catalog(found)
    return EXIT_USAGE if any("problem" in one for one in found) else EXIT_PASS


def _print_catalog(found: Sequence[Mapping[str, Any]]) -> None:
    """A table for each topic, in the order in which they are learnt; what belongs to none comes last."""
    for topic in (*TOPICS, ""):
        mine = [one for one in found if one.get("topic", "") == topic]
        if mine:
            console().print(_table(topic or "of no topic", mine))


def _table(topic: str, scenarios: Sequence[Mapping[str, Any]]) -> Table:
    width = max(len(one["name"]) for one in scenarios)
    listed = table(f"{topic:{width}}", "what happens", "what it teaches", narrow=(f"{topic:{width}}",))
    for one in scenarios:
        if "problem" in one:
            listed.add_row(one["name"], Text(one["problem"], STYLES["fail"]), "")
        else:
            listed.add_row(one["name"], Text(one["summary"]), Text(one["teaches"]))
    return listed
