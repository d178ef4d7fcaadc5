"""Looks at the machine: whether and within what limits scenarios can run, and what to do where something is missing."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil
from rich.table import Table
from rich.text import Text

from scenarios import places, rundirs, spec
from scenarios.engines import choose
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_ERROR, EXIT_PASS, LabError, SpecError, UsageError
from scenarios.imagestore import ImageStore
from scenarios.report.terminal import console

GIB = 1024**3
# The base, both images, and what a build needs beside them.
SPACE_FOR_IMAGES = 3 * GIB
PORT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
# Docker's own default: 172.17.0.0/16 to 172.31.0.0/16, and 192.168.0.0/16 in parts of /20.
DEFAULT_POOLS = 15 + 16
# Runs side by side take a network each.
NETWORKS_TO_SPARE = 5
# What the containers are limited in, as the engine's `info` names it.
ENFORCED = {"memory": "MemoryLimit", "swap": "SwapLimit", "pids": "PidsLimit"}
PLUGIN_WITHIN = 5  # seconds
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
    """Everything that is looked at, one after the other; raises UsageError for an engine that nobody knows."""
    yield _python()
    try:
        engine = choose.connect(engine_name)
    except UsageError:
        raise
    except LabError as error:
        yield Finding("engine", "bad", "none answers", str(error))
    else:
        yield _engine(engine)
        yield from _told_by("the engine itself", _told_of_itself(engine))
        yield _limit(engine)
    for engine in choose.reachable():
        yield from _told_by(f"leftovers ({engine.name})", _leftovers(engine))
    yield _space("space for the checkout", places.ROOT)
    if PORT_RANGE.exists():
        yield _ports(PORT_RANGE.read_text(encoding="ascii"))
    yield _docker_command()
    yield _compose()
    yield _memory()
    yield Finding("runs", "ok", f"{len(rundirs.everything())} are kept under {rundirs.RUNS.name}/")


def _told_by(what: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, up to where the engine refuses to tell: nothing that was not seen is called ok."""
    try:
        yield from findings
    except LabError as error:
        yield Finding(what, "bad", "the engine answers, but not to this", str(error))


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
    try:
        needed = {name: max(s.nofile for s in spec.load(name).services.values()) for name in spec.names()}
    except SpecError as error:
        return Finding("catalog", "note", str(error), "the other scenarios run; mend this one's file")
    short = sorted(name for name, nofile in needed.items() if nofile > limit.value)
    if short:
        return Finding(
            "highest nofile", "note", f"{limit.value}: {limit.source}", f"these will be skipped: {', '.join(short)}"
        )
    return Finding("highest nofile", "ok", f"{limit.value}: {limit.source}")


def _told_of_itself(engine: Engine) -> Iterator[Finding]:
    """What only a container engine has; nothing for another engine."""
    information = engine.information()
    if information is None:
        return
    info, here = information.said, information.here
    where = "on this machine" if here else f"elsewhere, reached at {information.address}"
    yield Finding("storage", "ok", f"{info.get('Driver', 'an unnamed driver')}, {where}")
    if information.not_protected:
        advice = "ssh protects it without more ado: DOCKER_HOST=ssh://USER@HOST"
        yield Finding("way to the engine", "note", information.not_protected, advice)
    yield _cgroup(info)
    yield _pools(info, information.networks)
    yield _engine_space(info, here)
    if engine.images is not None:
        yield from _images(engine.images)


def _cgroup(info: Mapping[str, Any]) -> Finding:
    version = info.get("CgroupVersion")
    text = f"version {version}" if version else "the engine does not tell its version"
    missing = [what for what, key in ENFORCED.items() if not info.get(key)]
    if not missing:
        return Finding("cgroup", "ok", f"{text}, limits of {', '.join(ENFORCED)} are enforced")
    advice = "scenarios run all the same; on the kernel's command line cgroup_enable=memory swapaccount=1 brings them"
    return Finding("cgroup", "note", f"{text}, limits not enforced: {', '.join(missing)}", advice)


def _pools(info: Mapping[str, Any], bridges: int) -> Finding:
    """`bridges` networks exist; every run needs one more while it lasts."""
    pools = info.get("DefaultAddressPools") or ()
    room = sum(2 ** (pool["Size"] - int(pool["Base"].rpartition("/")[2])) for pool in pools) or DEFAULT_POOLS
    text = f"{bridges} of about {room} that the engine's address pools hold"
    if room - bridges >= NETWORKS_TO_SPARE:
        return Finding("networks", "ok", text)
    return Finding("networks", "note", text, "remove some that nobody uses: `docker network ls` lists them")


def _engine_space(info: Mapping[str, Any], here: bool) -> Finding:
    root = Path(info.get("DockerRootDir") or "/nonexistent")
    if here and root.exists():
        return _space("space for images", root)
    advice = "`docker system df` tells what is used there"
    return Finding("space for images", "note", f"not looked at: {root} is not on this machine", advice)


def _leftovers(engine: Engine) -> Iterator[Finding]:
    things = engine.leftovers()
    dead = [thing for thing in things if not thing.owner_lives and not thing.kept]
    kept = sorted({thing.run for thing in things if thing.kept})
    under_way = sorted({thing.run for thing in things if thing.owner_lives and not thing.kept})
    if dead:
        names = ", ".join(thing.name for thing in dead)
        advice = "./inv down removes them, and so does the next scenario"
        yield Finding(f"leftovers ({engine.name})", "note", f"of killed runs: {names}", advice)
    else:
        yield Finding(f"leftovers ({engine.name})", "ok", "none of killed runs")
    if kept:
        yield Finding("kept runs", "note", ", ".join(kept), "./inv shell SERVICE looks inside, ./inv down removes them")
    if under_way:
        yield Finding("runs under way", "note", ", ".join(under_way))


def _images(store: ImageStore) -> Iterator[Finding]:
    from images import build

    listing = build.listing(store)
    for one in listing:
        if one.state == "current" and one.stored:
            yield Finding(f"image iolab/{one.name}", "ok", f"current, {one.stored.size // 1000**2} MB")
        else:
            can_be_had = one.state in ("stale", "missing")
            advice = "built when a scenario first needs it, or by ./inv images.build" if can_be_had else ""
            yield Finding(f"image iolab/{one.name}", "note", one.state, advice)
    if any(one.name == "base" and one.state != "current" for one in listing):
        yield _source_of_base()


def _source_of_base() -> Finding:
    """Where the base image is to come from; a registry is asked by the build alone, since a pull may take long."""
    from images import debian

    what = "what makes iolab/base"
    if path := shutil.which("mmdebstrap"):
        return Finding(what, "ok", f"{path}, should no registry answer")
    if debian.may_install():
        text = "mmdebstrap, should no registry answer: not installed, the build installs it"
        return Finding(what, "note", text, f"{debian.NO_INSTALL}=1 forbids that")
    advice = f"apt install mmdebstrap (Debian, Ubuntu), or see whether `docker pull {debian.FROM_REGISTRY}` works"
    return Finding(what, "note", "only a registry, which was not asked: mmdebstrap is not installed", advice)


def _space(what: str, where: Path) -> Finding:
    """Room on a disk: the checkout takes evidence, the engine's disk takes the images."""
    try:
        free = shutil.disk_usage(where).free
    except OSError as error:
        return Finding(what, "note", f"not looked at: {where}: {error.strerror}")
    text = f"{free / GIB:.1f} GiB free at {where}"
    if free < SPACE_FOR_IMAGES:
        return Finding(what, "note", text, f"images and their building take about {SPACE_FOR_IMAGES // GIB} GiB")
    return Finding(what, "ok", text)


def _ports(text: str) -> Finding:
    """`text` is what the kernel's ip_local_port_range says."""
    low, high = map(int, text.split())
    clients = f"at most {high - low + 1} clients from one address to one server's port"
    return Finding("local ports", "ok", f"{low}-{high} on this machine: {clients}")


def _docker_command() -> Finding:
    path = shutil.which("docker")
    if path:
        return Finding("docker command", "ok", path)
    return Finding("docker command", "note", "not installed", "only ./inv shell needs it")


def _compose() -> Finding:
    what, path = "Compose", shutil.which("docker-compose")
    if path:
        return Finding(what, "ok", path)
    version = _plugin_version()
    if version:
        return Finding(what, "ok", f"docker compose {version}", "./inv bench compares with docker-compose alone")
    advice = "only compose.yaml and a part of ./inv bench need it (Debian, Ubuntu: apt install docker-compose)"
    return Finding(what, "note", "not installed", advice)


def _plugin_version() -> str | None:
    """The version of the docker command's own Compose; None without one."""
    command = ["docker", "compose", "version", "--short"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PLUGIN_WITHIN)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def _memory() -> Finding:
    available = psutil.virtual_memory().available
    status: Literal["ok", "note"] = "ok" if available > GIB else "note"
    return Finding("memory", status, f"{available / GIB:.1f} GiB available on this machine")
