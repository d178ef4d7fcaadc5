"""Looks at the machine: whether scenarios can run here, what limits they meet, and what to do where something is
missing.
"""

import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil
from rich.table import Table
from rich.text import Text

from scenarios import rundirs, spec
from scenarios.engines import choose
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_ERROR, EXIT_PASS, LabError
from scenarios.report.terminal import console

GIB = 1024**3
# The base, both images, and what a build needs beside them.
SPACE_FOR_IMAGES = 3 * GIB
PORT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
TOOLS = {
    "docker": "only ./inv shell needs it",
    "docker-compose": "only compose.yaml and ./inv bench need it",
    "mmdebstrap": "builds the base image where no registry answers; root on Debian gets it by itself",
}
STYLES = {"ok": "green", "note": "yellow", "bad": "bold red"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    `bad` means that scenarios cannot run; `note` is worth knowing; `advice` says what to do.
    """

    what: str
    status: Literal["ok", "note", "bad"]
    found: str
    advice: str = ""


def report(engine_name: str | None) -> int:
    """Prints all findings; 0 when scenarios can run here, 3 when not."""
    findings = list(examine(engine_name))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("", "looked at", "found"):
        table.add_column(column, overflow="fold")
    for finding in findings:
        advice = f"\n{finding.advice}" if finding.advice else ""
        table.add_row(Text(finding.status, STYLES[finding.status]), finding.what, Text(finding.found + advice))
    console().print(table)
    return EXIT_ERROR if any(finding.status == "bad" for finding in findings) else EXIT_PASS


def examine(engine_name: str | None) -> Iterator[Finding]:
    """Everything that is looked at, one after the other."""
    yield _python()
    try:
        engine = choose.connect(engine_name)
    except LabError as error:
        yield Finding("engine", "bad", "none answers", str(error))
    else:
        yield _engine(engine)
        yield _limit(engine)
        yield from _images(engine)
    for engine in choose.reachable():
        yield from _leftovers(engine)
    yield _space()
    if PORT_RANGE.exists():
        yield _ports()
    yield from _tools()
    yield _memory()


def _python() -> Finding:
    return Finding("Python", "ok", f"{platform.python_version()} in {sys.prefix}")


def _engine(engine: Engine) -> Finding:
    text = f"{engine.name}: {engine.version}"
    if engine.not_isolated is None:
        return Finding("engine", "ok", text)
    return Finding(
        "engine", "note", f"{text}; {engine.not_isolated}", "./inv doctor --engine docker says how to get Docker"
    )


def _limit(engine: Engine) -> Finding:
    limit = engine.hard_nofile()
    if limit is None:
        return Finding(
            "highest nofile", "note", "the engine does not tell; too high a --nofile fails when its service starts"
        )
    needed = {name: max(s.nofile for s in spec.load(name).services.values()) for name in spec.names()}
    short = sorted(name for name, nofile in needed.items() if nofile > limit.value)
    if short:
        return Finding(
            "highest nofile", "note", f"{limit.value}: {limit.source}", f"these will be skipped: {', '.join(short)}"
        )
    return Finding("highest nofile", "ok", f"{limit.value}: {limit.source}")


def _leftovers(engine: Engine) -> Iterator[Finding]:
    things = engine.leftovers()
    dead = [thing for thing in things if not thing.owner_lives and not thing.kept]
    kept = sorted({thing.run for thing in things if thing.kept})
    under_way = sorted({thing.run for thing in things if thing.owner_lives and not thing.kept})
    if dead:
        names = ", ".join(thing.name for thing in dead)
        yield Finding(
            "leftovers", "note", f"of killed runs: {names}", "./inv down removes them, and so does the next scenario"
        )
    else:
        yield Finding(f"leftovers ({engine.name})", "ok", "none of killed runs")
    if kept:
        yield Finding("kept runs", "note", ", ".join(kept), "./inv shell SERVICE looks inside, ./inv down removes them")
    if under_way:
        yield Finding("runs under way", "note", ", ".join(under_way))


def _images(engine: Engine) -> Iterator[Finding]:
    from images import build
    from scenarios.engines.docker import DockerEngine

    if not isinstance(engine, DockerEngine):
        return
    for one in build.listing(engine.images):
        if one.state == "current":
            yield Finding(
                f"image iolab/{one.name}", "ok", f"current, {one.stored.size // 1000**2 if one.stored else 0} MB"
            )
        else:
            yield Finding(
                f"image iolab/{one.name}",
                "note",
                one.state,
                "built when a scenario first needs it, or by ./inv images.build",
            )


def _space() -> Finding:
    free = shutil.disk_usage(spec.ROOT).free
    text = f"{free / GIB:.1f} GiB free where the checkout is"
    if free < SPACE_FOR_IMAGES:
        return Finding(
            "space",
            "note",
            text,
            f"building the images takes about {SPACE_FOR_IMAGES // GIB} GiB where the engine keeps them",
        )
    return Finding("space", "ok", text)


def _ports() -> Finding:
    low, high = map(int, PORT_RANGE.read_text(encoding="ascii").split())
    return Finding(
        "local ports", "ok", f"{low}-{high}: at most {high - low + 1} clients from one address to one server's port"
    )


def _tools() -> Iterator[Finding]:
    for name, purpose in TOOLS.items():
        path = shutil.which(name)
        yield Finding(name, "ok" if path else "note", path or "not installed", "" if path else purpose)


def _memory() -> Finding:
    available = psutil.virtual_memory().available
    kept = len(rundirs.everything())
    return Finding(
        "memory",
        "ok" if available > GIB else "note",
        f"{available / GIB:.1f} GiB available; {kept} runs are kept under runs/",
    )
