"""Predictions that hold with a GIL only are not judged where Python ran without one."""

import sys
from typing import Any

import pytest

from labs.programs import events
from scenarios import families
from scenarios.definition import catalog
from scenarios.pipeline.experiment import Experiment, Setup, run_experiment
from scenarios.results.record import Record
from tests.unit.scripted import Quiet, Script, ScriptedEngine, event

WITH_GIL = {"parallel_cpu", "lost_updates", "switch_cost", "task_scheduling", "server_models"}


def counted(**ready: Any) -> Record:
    """A run of lost-updates whose programs say this of themselves."""
    scenario = catalog.load("lost-updates")
    says = event("ready", platform="linux", **ready) + event("counting", checkpoint=True)
    scripts = {name: Script(says=says, then=[event("counted", value=1)], exits=0) for name in scenario.services}
    return run_experiment(Experiment(scenario, Setup(ScriptedEngine(scripts), Quiet())))


@pytest.mark.usefixtures("runs")
def test_a_run_without_a_gil_is_skipped_with_the_reason() -> None:
    result = counted(gil=False)
    assert (result.verdict, result.exit_status) == ("skip", 0)
    assert "holds with a GIL only" in str(result.problem)


@pytest.mark.usefixtures("runs", "held")
def test_a_run_with_a_gil_is_judged() -> None:
    assert counted().verdict == "fail"


def test_the_families_that_count_with_a_gil_say_so() -> None:
    assert {name for name in families.names() if families.find(name).needs_gil} == WITH_GIL


@pytest.mark.parametrize(("enabled", "told"), [(False, True), (True, False), (None, False)])
def test_a_program_says_when_it_has_no_gil(
    enabled: bool | None, told: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if enabled is None:
        monkeypatch.delattr(sys, "_is_gil_enabled", raising=False)
    else:
        monkeypatch.setattr(sys, "_is_gil_enabled", lambda: enabled, raising=False)
    events.emit("ready", platform="linux")
    events.emit("later")
    first, second = capsys.readouterr().out.splitlines()
    assert ('"gil": false' in first, "gil" in second) == (told, False)
