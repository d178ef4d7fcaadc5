"""Times whole commands in turn and compares their medians: the lab, docker-compose, and a plain SDK script."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psutil
from rich.table import Table

from images import build
from scenarios import places
from scenarios.commands.images import store
from scenarios.commands.scenario import positive
from scenarios.definition import catalog
from scenarios.engines import choose
from scenarios.errors import EXIT_FAIL, EXIT_PASS, LabFailure
from scenarios.report.terminal import TerminalAudience, console
from scenarios.results import record, run_directories
from scenarios.results.events import last_lines
from scenarios.results.evidence import ServiceEvidence, load

SCENARIO = "epoll-500"
INV = str(places.ROOT / "inv")
COMPOSE = (
    "docker-compose",
    "-f",
    str(places.ROOT / "compose.yaml"),
    "--profile",
    SCENARIO,
    "-p",
    f"iolab-bench-{os.getpid()}",
)
# The machine is quiet if its CPU use over QUIET_FOR seconds is below QUIET_BELOW percent. A shared machine may never be
# quiet, so the bench tries only QUIET_TRIES times.
QUIET_FOR, QUIET_BELOW, QUIET_TRIES = 1.0, 20.0, 5
# Every short command imports these, so its time is compared with that of importing them.
IMPORTS = "import invoke, pydantic, rich"
MOST_MEMORY = 1024  # bytes of the server for each waiting connection
# Seconds that an interrupted command has to remove what it started; docker-compose gives its containers ten.
CLEAN_UP_WITHIN = 20
NO_COMPOSE = "docker-compose is not installed (Debian, Ubuntu: apt install docker-compose)"


@dataclass(frozen=True)
class Target:
    """`numerator` / `denominator` must be at most `most`."""

    numerator: str
    denominator: str
    most: float


@dataclass(frozen=True)
class Ratio:
    """A target and the measured ratio."""

    target: Target
    measured: float

    @property
    def met(self) -> bool:
        return self.measured <= self.target.most


@dataclass(frozen=True)
class Cost:
    """The server's cost per connection: resident memory in bytes, user plus system time in microseconds."""

    memory: int
    cpu: int


@dataclass(frozen=True)
class Results:
    """The results of one bench.

    `seconds` has every round of each contestant, `missing` the reason why a contestant was not measured, `costs` is by
    engine.
    """

    seconds: dict[str, list[float]]
    missing: dict[str, str]
    costs: dict[str, Cost]

    @property
    def medians(self) -> dict[str, float]:
        """Each contestant's median, in seconds."""
        return {name: statistics.median(rounds) for name, rounds in self.seconds.items()}

    @property
    def ratios(self) -> list[Ratio]:
        """The targets whose two contestants were measured."""
        known = self.medians.keys()
        return [_ratio(t, self.medians) for t in TARGETS if {t.numerator, t.denominator} <= known]


TARGETS = (
    Target("docker", "compose", 0.42),
    Target("docker", "bare SDK", 1.10),
    Target("local", "docker", 0.6),
    Target("scenarios", "imports", 1.5),  # it reads and lists the whole catalog
    Target("dry run", "imports", 1.3),
)


def run(rounds: str) -> int:
    """Times every contestant `rounds` times, prints and saves medians and ratios. The exit status is 1 if a target is
    missed.

    If you interrupt it, it waits until the current contestant has removed what it started.
    """
    times = int(positive("--rounds", rounds, int) or 9)
    audience = TerminalAudience()
    contestants, missing = _contestants()
    try:
        build.ensure(["linux"], store(), audience)
        before = set(run_directories.everything())
        seconds = _in_turn(contestants, times, audience)
    finally:
        audience.close()
        if "compose" in contestants:
            _take_compose_down()
    results = Results(seconds, missing, _costs(set(run_directories.everything()) - before))
    _show(results)
    print(f"saved: {_save(results)}")
    frugal = all(cost.memory <= MOST_MEMORY for cost in results.costs.values())
    return EXIT_PASS if frugal and all(ratio.met for ratio in results.ratios) else EXIT_FAIL


def _contestants() -> tuple[dict[str, Callable[[], None]], dict[str, str]]:
    """The contestants, and those that are missing here, with the reason."""
    one = catalog.load(SCENARIO)
    values = [str(one.parameters[name]) for name in ("clients", "size")]
    contestants: dict[str, Callable[[], None]] = {
        engine: partial(_quietly, [INV, "scenario", SCENARIO, "--engine", engine]) for engine in choose.NAMES
    }
    contestants["bare SDK"] = partial(_quietly, [sys.executable, "-m", "tests.bench.bare_sdk", "iolab/linux", *values])
    contestants["scenarios"] = partial(_quietly, [INV, "scenarios"])
    contestants["dry run"] = partial(_quietly, [INV, "scenario", SCENARIO, "--dry-run"])
    contestants["imports"] = partial(_quietly, [sys.executable, "-c", IMPORTS])
    if shutil.which(COMPOSE[0]) is None:
        return contestants, {"compose": NO_COMPOSE}
    return {**contestants, "compose": _compose}, {}


def _compose() -> None:
    for arguments in (["up", "--abort-on-container-exit"], ["logs"], ["down"]):
        _quietly([*COMPOSE, *arguments])


def _take_compose_down() -> None:
    """Prints a failure instead of raising it, which would hide an earlier one."""
    try:
        _quietly([*COMPOSE, "down", "--timeout", "1"])
    except LabFailure as failure:
        print(f"iolab: {failure}", file=sys.stderr)


def _quietly(command: list[str]) -> None:
    with subprocess.Popen(
        command, cwd=places.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            output, _ = process.communicate()
        except BaseException:
            _end(process)
            raise
    if process.returncode:
        raise LabFailure(f"{' '.join(command)} failed with exit status {process.returncode}:", last_lines(output))


def _end(process: subprocess.Popen[str]) -> None:
    """Sends SIGTERM, so that the command removes what it started, and SIGKILL if it does not end."""
    process.terminate()
    try:
        process.communicate(timeout=CLEAN_UP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()


def _in_turn(
    contestants: dict[str, Callable[[], None]], rounds: int, audience: TerminalAudience
) -> dict[str, list[float]]:
    """The seconds of each round by contestant. They take turns, so that a drift of the machine affects all alike.

    A first round is not counted: it warms up caches.
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
    """Waits until the machine is quiet. After `docker rm` returns, the kernel still removes network namespaces, which
    must not slow down the next contestant.
    """
    for _ in range(QUIET_TRIES):
        if psutil.cpu_percent(interval=QUIET_FOR) < QUIET_BELOW:
            return


def _ratio(target: Target, medians: dict[str, float]) -> Ratio:
    return Ratio(target, round(medians[target.numerator] / medians[target.denominator], 3))


def _show(results: Results) -> None:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="bold")
    for column in ("whole command", "median", "least", "most"):
        table.add_column(column)
    for name, rounds in results.seconds.items():
        table.add_row(name, *(f"{value:.2f} s" for value in (results.medians[name], min(rounds), max(rounds))))
    console().print(table)
    for name, reason in results.missing.items():
        print(f"{name}: not measured: {reason}")
    for ratio in results.ratios:
        target = ratio.target
        verdict = "met" if ratio.met else "MISSED"
        print(f"{target.numerator} / {target.denominator}: {ratio.measured:.2f}, at most {target.most}: {verdict}")
    for engine, cost in results.costs.items():
        verdict = "met" if cost.memory <= MOST_MEMORY else "MISSED"
        text = f"{cost.memory} bytes, at most {MOST_MEMORY}: {verdict}; CPU {cost.cpu} us"
        print(f"server on {engine}, per connection: {text}")


def _costs(runs: Iterable[Path]) -> dict[str, Cost]:
    """The server's cost per connection on each engine, as the median of these runs."""
    found: dict[str, list[Cost]] = {}
    for path in runs:
        # Another user's run may be in progress and have no record yet.
        if path.parent.name == SCENARIO and (path / record.RECORD_FILE).exists():
            kept = load(path)
            found.setdefault(kept.engine, []).append(_cost(kept.services["server"], path))
    return {
        engine: Cost(*(int(statistics.median(each)) for each in zip(*((c.memory, c.cpu) for c in costs), strict=True)))
        for engine, costs in sorted(found.items())
    }


def _cost(server: ServiceEvidence, path: Path) -> Cost:
    """Computes the cost from the samples that the lab took of the server process."""
    ready, connected, ended = (server.sample(moment) for moment in ("ready", "connected", "ended"))
    if not (ready and connected and ended):
        raise LabFailure(f"the run {path} lacks a sample of its server")
    clients = connected.descriptors - ready.descriptors
    memory = (connected.resident - ready.resident) / clients
    return Cost(round(memory), round((ended.cpu_seconds - ready.cpu_seconds) / clients * 1e6))


def _save(results: Results) -> Path:
    folder = run_directories.RUNS / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    data = {
        "medians": results.medians,
        "seconds": results.seconds,
        "ratios": [{**asdict(r.target), "measured": r.measured, "met": r.met} for r in results.ratios],
        "not_measured": results.missing,
        # Bytes and microseconds per connection, by engine.
        "per_connection": {engine: asdict(cost) for engine, cost in results.costs.items()},
    }
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return path
