"""Checks whether this machine can run scenarios, within which limits, and says what to do if something is missing."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil
from rich.text import Text

from images import build, debian
from images.store import ImageStore
from scenarios import places
from scenarios.definition import catalog
from scenarios.engines import choose
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_ERROR, EXIT_PASS, LabError, SpecError, UsageError
from scenarios.pipeline import leftovers
from scenarios.report.terminal import console, table
from scenarios.results import run_directories

GIB = 1024**3
# For all images, and for what a build needs beside them.
SPACE_FOR_IMAGES = 3 * GIB
PORT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
# Docker's own default: 172.17.0.0/16 to 172.31.0.0/16, and 192.168.0.0/16 in parts of /20.
DEFAULT_POOLS = 15 + 16
# Each run needs a network, and several runs may be in progress.
NETWORKS_TO_SPARE = 5
# The limits of containers, and their names in the engine's `info`.
ENFORCED = {"memory": "MemoryLimit", "swap": "SwapLimit", "pids": "PidsLimit"}
PLUGIN_WITHIN = 5  # seconds
STYLES = {"ok": "green", "note": "yellow", "bad": "bold red"}


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    With the status `bad` scenarios cannot run; with `note` they can. `advice` says what to do.
    """

    what: str
    status: Literal["ok", "note", "bad"]
    found: str
    advice: str = ""


def report(engine_name: str | None) -> int:
    """Prints all findings. The exit status is 0 if scenarios can run here, else 3."""
    findings = list(examine(engine_name))
    listed = table("", "checked", "found", overflow="fold")
    for finding in findings:
        advice = f"\n{finding.advice}" if finding.advice else ""
        listed.add_row(Text(finding.status, STYLES[finding.status]), finding.what, Text(finding.found + advice))
    console().print(listed)
    return EXIT_ERROR if any(finding.status == "bad" for finding in findings) else EXIT_PASS


def examine(engine_name: str | None) -> Iterator[Finding]:
    """Makes all checks; raises UsageError for an unknown engine."""
    yield Finding("Python", "ok", f"{platform.python_version()} in {sys.prefix}")
    try:
        engine = choose.connect(engine_name)
    except UsageError:
        raise
    except LabError as error:
        yield Finding("engine", "bad", "no engine answers", str(error))
    else:
        yield _engine(engine)
        yield from _until_refused("engine's answers", _engine_details(engine))
        yield _limit(engine)
    for engine in choose.reachable():
        yield from _until_refused(f"leftovers ({engine.name})", _leftovers(engine))
    yield _space("space for the checkout", places.ROOT)
    if PORT_RANGE.exists():
        yield _ports(PORT_RANGE.read_text(encoding="ascii"))
    yield _docker_command()
    yield _compose()
    yield _memory()
    yield Finding("runs", "ok", f"{len(run_directories.everything())} recorded under {run_directories.RUNS.name}/")


def _until_refused(what: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, up to the first request that the engine refuses. A refusal is a finding too, named `what`."""
    try:
        yield from findings
    except LabError as error:
        yield Finding(what, "bad", "the engine refuses this request", str(error))


def _engine(engine: Engine) -> Finding:
    text = f"{engine.name}: {engine.version}"
    if engine.not_isolated is None:
        return Finding("engine", "ok", text)
    return Finding("engine", "note", f"{text}; {engine.not_isolated}", "to get Docker: ./inv doctor --engine docker")


def _limit(engine: Engine) -> Finding:
    limit = engine.hard_nofile()
    if limit is None:
        text = "unknown: this engine does not report it; if --nofile is too high, the service fails to start"
        return Finding("highest nofile", "note", text)
    try:
        needed = {name: max(s.most_nofile for s in catalog.load(name).services.values()) for name in catalog.names()}
    except SpecError as error:
        return Finding("catalog", "note", str(error), "correct this file; the other scenarios still run")
    short = sorted(name for name, nofile in needed.items() if nofile > limit.value)
    if short:
        advice = f"raise it to run {', '.join(short)}; until then they are skipped"
        return Finding("highest nofile", "note", f"{limit.value}: {limit.source}", advice)
    return Finding("highest nofile", "ok", f"{limit.value}: {limit.source}")


def _engine_details(engine: Engine) -> Iterator[Finding]:
    """Checks what only a container engine has."""
    information = engine.information()
    if information is None:
        return
    info, here = information.said, information.here
    where = "on this machine" if here else f"on another machine, {information.address}"
    yield Finding("storage", "ok", f"{info.get('Driver', 'unknown driver')}, {where}")
    if information.not_protected:
        advice = "use ssh, which protects it: DOCKER_HOST=ssh://USER@HOST"
        yield Finding("connection", "note", information.not_protected, advice)
    yield _cgroup(info)
    yield _pools(info, information.networks)
    yield _engine_space(info, here)
    if engine.images is not None:
        yield from _images(engine.images)


def _cgroup(info: Mapping[str, Any]) -> Finding:
    version = info.get("CgroupVersion")
    text = f"version {version}" if version else "unknown version"
    missing = [what for what, key in ENFORCED.items() if not info.get(key)]
    if not missing:
        return Finding("cgroup", "ok", f"{text}, enforces limits of {', '.join(ENFORCED)}")
    advice = "scenarios run without them; to get them, boot the kernel with cgroup_enable=memory swapaccount=1"
    return Finding("cgroup", "note", f"{text}, does not enforce limits of {', '.join(missing)}", advice)


def _pools(info: Mapping[str, Any], bridges: int) -> Finding:
    """`bridges` is the number of networks. Each run in progress needs one more."""
    pools = info.get("DefaultAddressPools") or ()
    room = sum(2 ** (pool["Size"] - int(pool["Base"].rpartition("/")[2])) for pool in pools) or DEFAULT_POOLS
    text = f"{bridges} of about {room} that fit into the engine's address pools"
    if room - bridges >= NETWORKS_TO_SPARE:
        return Finding("networks", "ok", text)
    return Finding("networks", "note", text, "remove unused ones; `docker network ls` lists them")


def _engine_space(info: Mapping[str, Any], here: bool) -> Finding:
    root = Path(info.get("DockerRootDir") or "/nonexistent")
    if here and root.exists():
        return _space("space for images", root)
    advice = "check it there, for example with `docker system df`"
    return Finding("space for images", "note", f"unknown: {root} is on another machine", advice)


def _leftovers(engine: Engine) -> Iterator[Finding]:
    noted, left = leftovers.not_removed(), engine.leftovers()
    stays = [thing for thing in left if thing.name in noted]
    things = [thing for thing in left if thing.name not in noted]
    dead = [thing for thing in things if not thing.owner_lives and not thing.kept]
    kept = sorted({thing.run for thing in things if thing.kept})
    under_way = sorted({thing.run for thing in things if thing.owner_lives and not thing.kept})
    if dead:
        names = ", ".join(thing.name for thing in dead)
        advice = "the next command tries to remove them, and so does ./inv down"
        yield Finding(f"leftovers ({engine.name})", "note", f"of killed runs: {names}", advice)
    else:
        yield Finding(f"leftovers ({engine.name})", "ok", "none of killed runs")
    if stays:
        reasons = "\n".join(dict.fromkeys(noted[thing.name] for thing in stays))
        yield Finding(f"not removed ({engine.name})", "note", ", ".join(thing.name for thing in stays), reasons)
    if kept:
        yield Finding("kept runs", "note", ", ".join(kept), "./inv shell SERVICE looks inside, ./inv down removes them")
    if under_way:
        yield Finding("runs under way", "note", ", ".join(under_way))


def _images(store: ImageStore) -> Iterator[Finding]:
    listing = build.listing(store)
    for one in listing:
        if one.state == "current" and one.stored:
            yield Finding(f"image iolab/{one.name}", "ok", f"current, {one.stored.size // 1000**2} MB")
        else:
            can_build = one.state in ("stale", "missing")
            advice = "build it with ./inv images.build, or the next scenario that needs it does" if can_build else ""
            yield Finding(f"image iolab/{one.name}", "note", one.state, advice)
    if any(one.name == "base" and one.state != "current" for one in listing):
        yield _source_of_base()


def _source_of_base() -> Finding:
    """Where the base image will come from. Only the build asks a registry, since that may take long."""
    what = "source of iolab/base"
    if path := shutil.which("mmdebstrap"):
        return Finding(what, "ok", f"a registry; if none answers, {path}")
    if debian.may_install():
        text = "a registry; if none answers, the build installs mmdebstrap and uses it"
        return Finding(what, "note", text, f"to forbid that, set {debian.NO_INSTALL}=1")
    advice = f"install it (Debian, Ubuntu: apt install mmdebstrap), or try `docker pull {debian.FROM_REGISTRY}`"
    return Finding(what, "note", "only a registry: mmdebstrap is not installed", advice)


def _space(what: str, where: Path) -> Finding:
    """Checks the free space of a disk. Runs are saved in the checkout, images on the engine's disk."""
    try:
        free = shutil.disk_usage(where).free
    except OSError as error:
        return Finding(what, "note", f"unknown: {where}: {error.strerror}")
    text = f"{free / GIB:.1f} GiB free at {where}"
    if free < SPACE_FOR_IMAGES:
        advice = f"free some space: the images and their build need about {SPACE_FOR_IMAGES // GIB} GiB"
        return Finding(what, "note", text, advice)
    return Finding(what, "ok", text)


def _ports(text: str) -> Finding:
    """`text` is the content of the kernel's ip_local_port_range."""
    low, high = map(int, text.split())
    clients = f"at most {high - low + 1} clients from one address to one server port"
    return Finding("local ports", "ok", f"{low}-{high}: {clients}")


def _docker_command() -> Finding:
    if path := shutil.which("docker"):
        return Finding("docker command", "ok", path)
    return Finding("docker command", "note", "not installed", "install it to use ./inv shell; nothing else needs it")


def _compose() -> Finding:
    what = "Compose"
    if path := shutil.which("docker-compose"):
        return Finding(what, "ok", path)
    if version := _plugin_version():
        return Finding(what, "ok", f"docker compose {version}", "for ./inv bench install docker-compose too")
    advice = "install it to use compose.yaml and all of ./inv bench (Debian, Ubuntu: apt install docker-compose)"
    return Finding(what, "note", "not installed", advice)


def _plugin_version() -> str | None:
    """The version of Docker's Compose plugin; None if it is not installed."""
    command = ["docker", "compose", "version", "--short"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PLUGIN_WITHIN)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def _memory() -> Finding:
    available = psutil.virtual_memory().available
    status: Literal["ok", "note"] = "ok" if available > GIB else "note"
    return Finding("memory", status, f"{available / GIB:.1f} GiB available")
