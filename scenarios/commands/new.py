"""The commands that write a new scenario, and a new family with all its files; the author replaces their content."""

from __future__ import annotations

import ast
import json
import keyword
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template

from scenarios import families, places
from scenarios.commands import compose
from scenarios.definition import catalog
from scenarios.definition.parameters import Kind, Value, whole_number
from scenarios.definition.scenario import Scenario
from scenarios.errors import EXIT_PASS, UsageError
from scenarios.families.base import Known

TEMPLATES = Path(__file__).with_name("templates")
CATALOG_PAGE = places.ROOT / "scenarios" / "README.md"
MUTANTS = places.ROOT / "tests" / "mutants"
UNIT_TESTS = places.ROOT / "tests" / "unit"
# The list of all scenarios has 80 columns, which a longer name would push the summaries out of.
LONGEST = 22
WITH_HYPHENS, WITH_UNDERSCORES = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*"), re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
TOPIC_OF_NEW_FAMILIES = "servers"
NOTE = "# TODO: a copy of {base}. Write the summary, the lesson and the parameters of your own experiment.\n"


def new_family(name: str) -> int:
    """Writes a family with its checks, program, scenario, mutants and unit test; raises UsageError for a bad name."""
    if keyword.iskeyword(name):
        raise UsageError(
            f"{name!r} cannot name a family: it is a keyword of Python; choose another, such as half_close"
        )
    if not WITH_UNDERSCORES.fullmatch(name) or len(name) > LONGEST:
        raise UsageError(f"{name!r} cannot name a family: {_allowed('_')}, such as half_close")
    scenario = name.replace("_", "-")
    _refuse_scenario(scenario)
    words = {"name": name, "scenario": scenario, "class_name": name.title().replace("_", "")}
    targets = {
        "family.py": places.FAMILIES / f"{name}.py",
        "checks.py": places.CHECKS / f"{name}.py",
        "program.py": places.PROGRAMS / "demos" / f"{name}.py",
        "scenario.yaml": places.CATALOG / TOPIC_OF_NEW_FAMILIES / f"{scenario}.yaml",
        "mutants.py": MUTANTS / f"{name}.py",
        "unit_test.py": UNIT_TESTS / f"test_{name}.py",
    }
    write({path: filled(TEMPLATES / f"{template}.template", words) for template, path in targets.items()})
    _update_catalog_page(scenario, TOPIC_OF_NEW_FAMILIES)
    _update_compose()
    print(f"next   ./inv scenario {scenario}, then replace the content of these files; .github/CONTRIBUTING.md helps")
    return EXIT_PASS


def new_scenario(family: str, name: str) -> int:
    """Writes a copy of a family's simplest scenario; raises UsageError for a bad name or a family that there is not."""
    if family not in families.names():
        raise UsageError(f"there is no family {family!r}; there are: {', '.join(families.names())}")
    if not WITH_HYPHENS.fullmatch(name) or len(name) > LONGEST:
        raise UsageError(f"{name!r} cannot name a scenario: {_allowed('-')}, such as half-close")
    _refuse_scenario(name)
    base = min((one for one in map(catalog.load, catalog.names()) if one.family == family), key=_complexity)
    source = catalog.file_of(base.name)
    write({source.with_name(f"{name}.yaml"): NOTE.format(base=base.name) + source.read_text(encoding="utf-8")})
    _draw(MUTANTS / f"{family}.py", name, base)
    _update_catalog_page(name, base.topic)
    _update_compose()
    print(f"next   ./inv scenarios {name}, edit the file, then ./inv compose && ./inv scenario {name}")
    return EXIT_PASS


def _complexity(scenario: Scenario) -> tuple[bool, int]:
    """Windows takes an image more; beyond that, the shortest file is the simplest."""
    on_windows = any(one.image == "windows" for one in scenario.services.values())
    return on_windows, len(catalog.file_of(scenario.name).read_text(encoding="utf-8"))


def _allowed(separator: str) -> str:
    return f"use at most {LONGEST} lower-case letters, digits and {separator!r}, beginning with a letter"


def _refuse_scenario(name: str) -> None:
    if name in catalog.names():
        raise UsageError(f"there is a scenario {name!r} already: {catalog.file_of(name).relative_to(places.ROOT)}")


def filled(template: Path, words: Mapping[str, str]) -> str:
    """A template's text with each `$name` replaced."""
    return Template(template.read_text(encoding="utf-8")).substitute(words)


def write(files: Mapping[Path, str]) -> None:
    """Writes new files and prints their paths; raises UsageError before the first if one of them exists."""
    for path in files:
        if path.exists():
            raise UsageError(f"{path.relative_to(places.ROOT)} exists already: choose another name, or remove it")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"new    {path.relative_to(places.ROOT)}")


def insert_row(page: Path, heading: str, row: str) -> None:
    """Adds a row to the first table below a heading of a page, and prints the page's path."""
    lines = page.read_text(encoding="utf-8").splitlines()
    below = lines.index(heading)
    first = next(number for number in range(below, len(lines)) if lines[number].startswith("|"))
    end = next((number for number in range(first, len(lines)) if not lines[number].startswith("|")), len(lines))
    page.write_text("\n".join([*lines[:end], row, *lines[end:]]) + "\n", encoding="utf-8")
    print(f"added  a row to {page.relative_to(places.ROOT)}")


def _update_catalog_page(name: str, topic: str) -> None:
    insert_row(CATALOG_PAGE, f"**{topic.capitalize()}**", f"| `{name}` | TODO: the lesson in a sentence. |")


def _update_compose() -> None:
    compose.write()
    print(f"wrote  {compose.FILE.relative_to(places.ROOT)}")


def _draw(path: Path, name: str, base: Scenario) -> None:
    """Adds a scenario to DRAWN in the mutants of its family, with a value that is not the default."""
    text = path.read_text(encoding="utf-8")
    drawn = next(one for one in ast.parse(text).body if isinstance(one, ast.AnnAssign)).value
    before = ast.get_source_segment(text, drawn) if drawn else None
    if before is None:
        raise UsageError(f"{path.relative_to(places.ROOT)}: its first value must be DRAWN, with an entry for {name!r}")
    parameter, values = next(other_values(base), ("", ()))
    quoted = f"({', '.join(map(json.dumps, values))}{',' * (len(values) == 1)})"
    entry = f"{json.dumps(name)}: {{{f'{json.dumps(parameter)}: {quoted}' if parameter else ''}}}"
    whole = before[:-1].rstrip().removesuffix(",") if isinstance(drawn, ast.Dict) else f"{{**{before}"
    path.write_text(text.replace(before, f"{whole},\n{entry}}}", 1), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)], cwd=places.ROOT, check=True)
    print(f"added  {name} to DRAWN in {path.relative_to(places.ROOT)}: {parameter} {', '.join(values)}")


def other_values(scenario: Scenario) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Parameters of a scenario, each with values other than its default that can be predicted; numbers come first."""
    kinds = {name: catalog.kind(scenario, name) for name in scenario.parameters}
    for name in sorted(kinds, key=lambda one: kinds[one].read is not whole_number):
        values = [one for one in _others(kinds[name], scenario.parameters[name]) if _can_be(scenario, name, one)]
        if values:
            yield name, tuple(values)


def _others(kind: Kind, value: Value) -> Sequence[str]:
    if kind.choices:
        return [one for one in kind.choices if one != value]
    if kind.many:
        return [str(value).rpartition(",")[0]] if "," in str(value) else []
    if isinstance(value, int):
        return [str(value // 2), str(value + 1)]
    return [f"{value / 2:g}"] if isinstance(value, float) else []


def _can_be(scenario: Scenario, name: str, value: str) -> bool:
    try:
        changed = catalog.load(scenario.name, {name: value})
        platforms = {one.name: one.platform for one in changed.services.values()}
        families.find(changed.family).predict(Known(changed, platforms))
    except UsageError:
        return False
    return True
