"""The benchmark's own arithmetic and care; what it times is timed by ./inv bench."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scenarios.errors import Interrupted, LabFailure
from scenarios.results import record
from scenarios.results.sample import Sample
from tests.bench import bench
from tests.bench.bench import Cost, Results
from tests.unit import builders

FAST = {
    "docker": [2.0, 2.2, 9.0],
    "compose": [6.0, 5.0, 5.5],
    "bare SDK": [2.0, 2.0, 2.0],
    "scenarios": [0.3],
    "imports": [0.25],
}


def results(**seconds: list[float]) -> Results:
    """The fast machine's results, but for these."""
    return Results(FAST | seconds, {}, {"docker": Cost(2048, 380)})


def sample(moment: str, descriptors: int, resident: int, cpu_seconds: float) -> Sample:
    """A look at the server."""
    return Sample(
        moment=moment, descriptors=descriptors, watched=None, nofile_soft=1024, nofile_hard=1024,
        resident=resident, cpu_seconds=cpu_seconds,
    )  # fmt: skip


def finished(runs: Path, name: str, *samples: Sample) -> Path:
    """A run of the timed scenario, complete on disk."""
    directory = runs / bench.SCENARIO / name
    directory.mkdir(parents=True)
    builders.saved(builders.evidence(builders.service("server", samples=samples)), directory)
    record.save(builders.record(), directory)
    return directory


def test_a_ratio_is_one_of_medians_so_that_one_slow_round_does_not_count() -> None:
    found = {(ratio.target.numerator, ratio.target.denominator): ratio for ratio in results().ratios}
    assert found["docker", "compose"].measured == round(2.2 / 5.5, 3)
    assert found["scenarios", "imports"].measured == round(0.3 / 0.25, 3)
    assert all(ratio.met for ratio in found.values())


def test_a_connection_that_costs_too_much_memory_is_said_to_and_what_costs_little_is_met(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench._show(results())
    bench._show(Results(FAST, {}, {"local": Cost(bench.MOST_MEMORY, 380)}))
    told = [line for line in capsys.readouterr().out.splitlines() if "per connection" in line]
    assert ["MISSED" in line for line in told] == [True, False]


def test_a_ratio_above_its_target_is_missed() -> None:
    missed = [ratio.target.denominator for ratio in results(compose=[4.7]).ratios if not ratio.met]
    assert missed == ["compose"]


def test_a_target_whose_other_side_was_not_measured_is_left_out_and_not_called_met() -> None:
    seconds = {name: taken for name, taken in FAST.items() if name != "compose"}
    targets = [ratio.target for ratio in Results(seconds, {"compose": "it is missing"}, {}).ratios]
    assert [target.denominator for target in targets] == ["bare SDK", "imports"]


def test_a_tool_that_is_missing_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    contestants, missing = bench._contestants()
    assert "compose" not in contestants
    bench._show(Results({"scenarios": [0.3]}, missing, {}))
    assert "compose: not measured: docker-compose is not installed" in capsys.readouterr().out


def test_what_is_saved_tells_every_round_the_medians_the_ratios_and_what_a_connection_costs(runs: Path) -> None:
    saved = json.loads(bench._save(results()).read_text(encoding="utf-8"))
    assert saved["seconds"]["docker"] == [2.0, 2.2, 9.0]
    assert saved["medians"]["docker"] == 2.2
    assert [ratio["met"] for ratio in saved["ratios"]] == [True, True, True]
    assert saved["per_connection"] == {"docker": {"memory": 2048, "cpu": 380}}


def test_the_contestants_take_turns_after_a_round_that_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    class Audience:
        """Hears nothing."""

        def doing(self, what: str) -> None:
            turns.append(what)

    turns: list[str] = []
    monkeypatch.setattr(bench, "_settle", lambda: None)
    contestants = {"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}
    seconds = bench._in_turn(contestants, 2, Audience())  # type: ignore[arg-type]  # it is only told
    assert [turn for turn in turns if len(turn) == 1] == ["a", "b"] * 3
    assert {name: len(taken) for name, taken in seconds.items()} == {"a": 2, "b": 2}


def test_a_connections_cost_is_the_growth_between_samples_shared_by_the_clients(runs: Path) -> None:
    for number, resident in enumerate((1000, 2000, 9000)):
        run = (sample("ready", 5, 0, 0.1), sample("connected", 15, resident, 0.2), sample("ended", 5, 50, 0.3))
        finished(runs, f"t{number}-a", *run)
    (runs / bench.SCENARIO / "under-way").mkdir()
    found = bench._costs((runs / bench.SCENARIO).iterdir())
    assert found == {"scripted": Cost(memory=200, cpu=20000)}


def test_a_run_without_its_samples_is_no_free_connection(runs: Path) -> None:
    with pytest.raises(LabFailure, match="lacks a sample"):
        bench._costs([finished(runs, "t-a", sample("ready", 5, 0, 0.1))])


def test_a_contestant_that_fails_is_told_with_its_last_lines() -> None:
    with pytest.raises(LabFailure, match=r"exit status 7:\n    it broke"):
        bench._quietly([sys.executable, "-c", "print('it broke'); raise SystemExit(7)"])


def test_an_interrupted_contestant_may_remove_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removed, ready = tmp_path / "removed", tmp_path / "ready"
    contestant = (
        "import pathlib, signal, sys, time\n"
        "def leave(*_):\n"
        f"    pathlib.Path({str(removed)!r}).touch(); sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave)\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "signal.pause()\n"
    )
    communicate: Any = subprocess.Popen.communicate
    calls: list[object] = []

    def interrupted(process: subprocess.Popen[str], *args: object, **more: object) -> object:
        """The first time, a signal arrives once the contestant is in the middle of its work."""
        calls.append(process)
        if len(calls) == 1:
            while not ready.exists():
                assert process.poll() is None
            raise Interrupted(15)
        return communicate(process, *args, **more)

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(Interrupted):
        bench._quietly([sys.executable, "-c", contestant])
    assert removed.exists()
