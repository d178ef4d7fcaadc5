"""The command that lists the catalog, or describes one scenario."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill
from typing import Any

from scenarios.definition import catalog
from scenarios.definition.parameters import in_bytes
from scenarios.definition.scenario import TOPICS, Scenario, Service, address_of
from scenarios.errors import EXIT_PASS, EXIT_USAGE, LabError

WIDTH = 80


def show_catalog(as_json: bool = False) -> int:
    """Lists the scenarios. In place of a wrong file it prints the error; the exit status is then 2."""
    found = [_brief(name) for name in catalog.names()]
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        print("\n".join(_listed(found)))
    return EXIT_USAGE if any("problem" in one for one in found) else EXIT_PASS


def show_one(name: str, as_json: bool = False) -> int:
    """Describes one scenario; raises UsageError if there is none of that name."""
    scenario = catalog.load(name)
    if as_json:
        print(json.dumps(_about(scenario) | _details(scenario), indent=1))
    else:
        print("\n".join(_description(scenario)))
    return EXIT_PASS


def _brief(name: str) -> dict[str, Any]:
    try:
        return _about(catalog.load(name))
    except LabError as error:
        return {"name": name, "problem": str(error)}


def _about(one: Scenario) -> dict[str, Any]:
    about = {"summary": one.summary, "teaches": one.teaches, "parameters": one.parameters}
    return {"name": one.name, "topic": one.topic, **about}


def _details(one: Scenario) -> dict[str, Any]:
    kinds = {name: catalog.kind(one, name) for name in one.parameters}
    return {
        "family": one.family,
        "kinds": {name: {"help": kind.meaning, "allowed": kind.allowed()} for name, kind in kinds.items()},
        "services": {name: _limits(service) for name, service in one.services.items()},
        "sweep": dict(one.sweep),
        "try": list(one.next_commands),
        "alone": one.alone,
        "reports": list(one.reports),
    }


def _limits(one: Service) -> dict[str, Any]:
    names = ("image", "program", "nofile", "pids_limit", "mem_limit", "cpu_count", "depends_on")
    return {name: getattr(one, name) for name in names}


def _listed(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One line for each scenario, by topic in the order of TOPICS. Scenarios without a topic come last."""
    width = max((len(one["name"]) for one in found), default=0)
    for topic in (*TOPICS, ""):
        mine = [one for one in found if one.get("topic", "") == topic]
        if mine:
            yield f"{topic or 'no topic'}:"
        for one in mine:
            yield f"  {one['name']:{width}}  {one.get('summary') or one['problem']}"
    yield "\n./inv scenarios NAME describes one scenario, ./inv scenario NAME runs it."


def _description(one: Scenario) -> Iterator[str]:
    yield f"{one.name}: {one.summary}"
    if one.teaches:
        yield from ("\nTeaches:", _folded(one.teaches, "  ", 2))
    if one.parameters:
        yield "\nParameters, with their defaults:"
        yield from aligned({f"{name}={value}": _meaning(one, name) for name, value in one.parameters.items()})
    yield "\nServices:"
    yield from aligned({name: _service(service) for name, service in one.services.items()})
    if one.sweep:
        varied = ", ".join(f"{name} {values}" for name, values in one.sweep.items())
        yield from ("\nSweep:", *aligned({f"./inv sweep {one.name}": varied}))
    if one.next_commands:
        yield from ("\nTry:", *(f"  ./inv {command}" for command in one.next_commands))
    if one.reports:
        yield from ("\nPeople who met it:", *(f"  {address_of(report)}" for report in one.reports))
    if one.alone:
        yield "\nIt measures costs, so `./inv scenario --all` runs it alone."


def aligned(texts: Mapping[str, str]) -> Iterator[str]:
    """Two columns; the second one is wrapped."""
    width = max(map(len, texts)) + 4
    for first, second in texts.items():
        yield _folded(second, f"  {first}".ljust(width), width)


def _folded(text: str, first: str, indent: int) -> str:
    return fill(text, WIDTH, initial_indent=first, subsequent_indent=" " * indent, break_on_hyphens=False)


def _meaning(one: Scenario, parameter: str) -> str:
    kind = catalog.kind(one, parameter)
    return f"{kind.meaning}: {kind.allowed()}" if kind.meaning else kind.allowed()


def _service(one: Service) -> str:
    nofile = str(one.nofile) if one.nofile_hard is None else f"{one.nofile}:{one.nofile_hard}"
    limits = [f"nofile {nofile}", f"pids_limit {one.pids_limit}", f"mem_limit {in_bytes(one.mem_limit)}"]
    limits += [f"cpu_count {one.cpu_count}"] if one.cpu_count else []
    limits += [f"{name} {value}" for name, value in one.sysctls.items()]
    after = f"; after {', '.join(one.depends_on)}" if one.depends_on else ""
    return f"{one.program} ({one.image}): {', '.join(limits)}{after}"
