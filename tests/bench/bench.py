"""Times whole commands in turn and compares their medians: the lab, docker-compose, and a bare SDK script."""

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
from images.commands import store
from scenarios import places, record, rundirs, spec
from scenarios.commands.scenario import positive
from scenarios.engines import choose
from scenarios.errors import EXIT_FAIL, EXIT_PASS, LabFailure
from scenarios.events import last_lines
from scenarios.evidence import ServiceEvidence, load
from scenarios.report.terminal import TerminalAudience, console

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
# Quiet is a second in which the processors are this busy at most, in percent. A shared machine may never be, so the
# bench does not wait for ever.
QUIET_FOR, QUIET_BELOW, QUIET_TRIES = 1.0, 20.0, 5
# What a short command cannot do without: its start is compared with importing these.
IMPORTS = "import invoke, pydantic, rich"
MOST_MEMORY = 1024  # bytes that a connection which waits may cost the server
# Seconds for an interrupted contestant to remove what it started; docker-compose gives its containers ten.
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
    """A target and what was measured."""

    target: Target
    measured: float

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.measured <= self.target.most


@dataclass(frozen=True)
class Cost:
    """What one connection costs the server: resident memory in bytes, user plus system time in microseconds."""

    memory: int
    cpu: int


@dataclass(frozen=True)
class Results:
    """What one bench found.

    `seconds` holds every round of each contestant, `missing` why others were not measured, `costs` is by engine.
    """

    seconds: dict[str, list[float]]
    missing: dict[str, str]
    costs: dict[str, Cost]

    @property
    def medians(self) -> dict[str, float]:
        """Each contestant's median, in seconds."""
        return {name: statistics.median(taken) for name, taken in self.seconds.items()}

    @property
    def ratios(self) -> list[Ratio]:
        """The targets whose two sides were measured."""
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
    """Times everything `rounds` times in turn, prints and saves the medians and ratios; 1 when a target is missed.

    Interrupted, it waits until the contestant under way has removed what it started.
    """
    times = int(positive("--rounds", rounds, int) or 9)
    audience = TerminalAudience()
    contestants, missing = _contestants()
    try:
        build.ensure(["linux"], store(), audience)
        before = set(rundirs.everything())
        seconds = _in_turn(contestants, times, audience)
    finally:
        audience.close()
        if "compose" in contestants:
            _take_compose_down()
    results = Results(seconds, missing, _costs(set(rundirs.everything()) - before))
    _show(results)
    print(f"saved: {_save(results)}")
    frugal = all(cost.memory <= MOST_MEMORY for cost in results.costs.values())
    return EXIT_PASS if frugal and all(ratio.met for ratio in results.ratios) else EXIT_FAIL


def _contestants() -> tuple[dict[str, Callable[[], None]], dict[str, str]]:
    """What is timed, and what cannot be, with the reason."""
    one = spec.load(SCENARIO)
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
    """Never raises a failure: it would hide what went wrong before."""
    try:
        _quietly([*COMPOSE, "down", "--timeout", "1"])
    except LabFailure as failure:
        print(f"iolab: {failure}", file=sys.stderr)


def _quietly(command: list[str]) -> None:
    with subprocess.Popen(
        command, cwd=places.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said, _ = process.communicate()
        except BaseException:
            _end(process)
            raise
    if process.returncode:
        raise LabFailure(f"{' '.join(command)} failed with exit status {process.returncode}:", last_lines(said))


def _end(process: subprocess.Popen[str]) -> None:
    """Asks it to end, so that it can remove what it started; killed, it would leave that standing."""
    process.terminate()
    try:
        process.communicate(timeout=CLEAN_UP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()


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
    return Ratio(target, round(medians[target.numerator] / medians[target.denominator], 3))


def _show(results: Results) -> None:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="bold")
    for column in ("whole command", "median", "least", "most"):
        table.add_column(column)
    for name, taken in results.seconds.items():
        table.add_row(name, *(f"{value:.2f} s" for value in (results.medians[name], min(taken), max(taken))))
    console().print(table)
    for name, reason in results.missing.items():
        print(f"{name}: not measured: {reason}")
    for ratio in results.ratios:
        target = ratio.target
        told = "met" if ratio.met else "MISSED"
        print(f"{target.numerator} / {target.denominator}: {ratio.measured:.2f}, at most {target.most}: {told}")
    for engine, cost in results.costs.items():
        told = "met" if cost.memory <= MOST_MEMORY else "MISSED"
        print(
            f"server on {engine}, per connection: {cost.memory} bytes, at most {MOST_MEMORY}: {told}; CPU {cost.cpu} us"
        )


def _costs(runs: Iterable[Path]) -> dict[str, Cost]:
    """What a connection cost the server on each engine, as medians of these runs."""
    found: dict[str, list[Cost]] = {}
    for path in runs:
        # A run that somebody else makes meanwhile may not be complete yet.
        if path.parent.name == SCENARIO and (path / record.RECORD_FILE).exists():
            kept = load(path)
            found.setdefault(kept.engine, []).append(_cost(kept.services["server"], path))
    return {
        engine: Cost(*(int(statistics.median(each)) for each in zip(*((c.memory, c.cpu) for c in costs), strict=True)))
        for engine, costs in sorted(found.items())
    }


def _cost(server: ServiceEvidence, path: Path) -> Cost:
    """From the samples, which were taken from outside."""
    ready, connected, ended = (server.sample(moment) for moment in ("ready", "connected", "ended"))
    if not (ready and connected and ended):
        raise LabFailure(f"the run {path} lacks a sample of its server")
    clients = connected.descriptors - ready.descriptors
    memory = (connected.resident - ready.resident) / clients
    return Cost(round(memory), round((ended.cpu_seconds - ready.cpu_seconds) / clients * 1e6))


def _save(results: Results) -> Path:
    folder = rundirs.RUNS / "bench"
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
