"""Times whole commands in turn and compares their medians: the lab, docker-compose, and a bare SDK script on the same
images.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import psutil
from rich.table import Table

from images import build
from images.commands import store
from scenarios import commands, evidence, record, rundirs, spec
from scenarios.engines import choose
from scenarios.errors import EXIT_FAIL, EXIT_PASS, LabFailure
from scenarios.report.terminal import TerminalAudience, console

SCENARIO = "epoll-500"
INV = str(spec.ROOT / "inv")
COMPOSE = (
    "docker-compose",
    "-f",
    str(spec.ROOT / "compose.yaml"),
    "--profile",
    SCENARIO,
    "-p",
    f"iolab-bench-{os.getpid()}",
)
# Quiet is a second in which the processors are this busy at most, in percent; a shared machine may never be, so not for
# ever.
QUIET_FOR, QUIET_BELOW, QUIET_TRIES = 1.0, 20.0, 5
LISTING_WITHIN = 0.5  # seconds that `inv scenarios` may take


@dataclass(frozen=True)
class Target:
    """`numerator` / `denominator` must be at most `most`; without a denominator the seconds themselves must."""

    numerator: str
    denominator: str | None
    most: float


@dataclass(frozen=True)
class Ratio:
    """A target and what was measured."""

    target: Target
    measured: float

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.measured <= self.target.most


TARGETS = (
    Target("docker", "compose", 0.5),
    Target("docker", "bare SDK", 1.4),
    Target("local", "docker", 0.6),
    Target("scenarios", None, LISTING_WITHIN),
)


def run(rounds: str) -> int:
    """Times everything `rounds` times in turn, prints and saves the medians and ratios; 1 when a target is missed."""
    times = int(commands.positive("--rounds", rounds, int) or 5)
    audience = TerminalAudience()
    try:
        build.ensure(["linux"], store(), audience)
        seconds = _in_turn(_contestants(), times, audience)
    finally:
        audience.close()
        if shutil.which(COMPOSE[0]):
            _quietly([*COMPOSE, "down", "--timeout", "1"])
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    ratios = [
        _ratio(target, medians)
        for target in TARGETS
        if {target.numerator, target.denominator} - {None} <= medians.keys()
    ]
    _show(seconds, ratios)
    costs = _costs()
    print("server, per connection: " + ", ".join(f"{name} {value}" for name, value in costs.items()))
    print(f"saved: {_save(seconds, ratios, costs)}")
    return EXIT_PASS if all(ratio.met for ratio in ratios) else EXIT_FAIL


def _contestants() -> dict[str, Callable[[], None]]:
    """What is timed; the tools that are missing are named and left out."""
    one = spec.load(SCENARIO)
    contestants: dict[str, Callable[[], None]] = {
        engine: partial(_quietly, [INV, "scenario", SCENARIO, "--engine", engine]) for engine in choose.NAMES
    }
    bare = [
        sys.executable,
        "-m",
        "tests.bench.bare_sdk",
        "iolab/linux",
        str(one.parameters["clients"]),
        str(one.parameters["size"]),
    ]
    contestants["bare SDK"] = lambda: _quietly(bare)
    contestants["scenarios"] = lambda: _quietly([INV, "scenarios"])
    if shutil.which(COMPOSE[0]):
        contestants["compose"] = _compose
    else:
        print("not measured: compose; docker-compose is not installed (Debian, Ubuntu: apt install docker-compose)")
    return contestants


def _compose() -> None:
    for arguments in (["up", "--abort-on-container-exit"], ["logs"], ["down"]):
        _quietly([*COMPOSE, *arguments])


def _quietly(command: list[str]) -> None:
    done = subprocess.run(
        command, cwd=spec.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise LabFailure(
            f"{' '.join(command)} failed with exit status {done.returncode}:", evidence.last_lines(done.stdout)
        )


def _in_turn(
    contestants: dict[str, Callable[[], None]], rounds: int, audience: TerminalAudience
) -> dict[str, list[float]]:
    """Seconds of each round of each; one round before them is not counted, and turns make a drift of the machine hit
    all alike.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, work in contestants.items():
            audience.doing(f"round {number} of {rounds}: {name}" if number else f"warming up: {name}")
            _settle()
            begun = time.perf_counter()
            work()
            if number:
                seconds[name].append(round(time.perf_counter() - begun, 4))
    return seconds


def _settle() -> None:
    """Waits until the machine is quiet: what one contestant leaves to the kernel (network namespaces that are taken
    down long after `rm` has returned) must not be billed to the next.
    """
    for _ in range(QUIET_TRIES):
        if psutil.cpu_percent(interval=QUIET_FOR) < QUIET_BELOW:
            return


def _ratio(target: Target, medians: dict[str, float]) -> Ratio:
    measured = medians[target.numerator] / (medians[target.denominator] if target.denominator else 1)
    return Ratio(target, round(measured, 3))


def _show(seconds: dict[str, list[float]], ratios: list[Ratio]) -> None:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="bold")
    for column in ("whole command", "median", "least", "most"):
        table.add_column(column)
    for name, taken in seconds.items():
        table.add_row(name, *(f"{value:.2f} s" for value in (statistics.median(taken), min(taken), max(taken))))
    console().print(table)
    for ratio in ratios:
        target = ratio.target
        what = f"{target.numerator} / {target.denominator}" if target.denominator else f"{target.numerator}, seconds"
        print(f"{what}: {ratio.measured:.2f}, at most {target.most}: {'met' if ratio.met else 'MISSED'}")


def _costs() -> dict[str, str]:
    """What a connection cost the server in the newest measured run: from the samples, taken from outside."""
    newest = next(
        path
        for path in reversed(rundirs.everything())
        if path.parent.name == SCENARIO and (path / record.RECORD_FILE).exists()
    )
    server = evidence.load(newest).services["server"]
    ready, connected, ended = (server.sample(moment) for moment in ("ready", "connected", "ended"))
    if not (ready and connected and ended):
        raise LabFailure(f"the run {newest} lacks a sample of its server")
    clients = connected.descriptors - ready.descriptors
    return {
        "memory": f"{(connected.resident - ready.resident) / clients / 1024:.1f} KiB",
        "CPU": f"{(ended.cpu_seconds - ready.cpu_seconds) / clients * 1e6:.0f} us",
    }


def _save(seconds: dict[str, list[float]], ratios: list[Ratio], costs: dict[str, str]) -> Path:
    folder = rundirs.RUNS / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now():%Y%m%dT%H%M%S}.json"
    data = {
        "seconds": seconds,
        "ratios": [{**asdict(r.target), "measured": r.measured, "met": r.met} for r in ratios],
        "per_connection": costs,
    }
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return path
