"""What killed runs left: swept by the next command, and nothing else with it."""

from pathlib import Path

import pytest

from scenarios import leftovers, rundirs
from scenarios.engines import choose
from scenarios.engines.base import Engine, Leftover
from scenarios.errors import EngineUnavailable, UsageError
from tests.unit.made import mark_of_the_dead
from tests.unit.scripted import ScriptedEngine

ORPHAN = Leftover("container", "orphan", "dead1", "server", kept=False, owner_lives=False)
KEPT = Leftover("container", "kept", "dead2", "server", kept=True, owner_lives=False)
IN_USE = Leftover("network", "in-use", "alive1", "", kept=False, owner_lives=True)
KEPT_BY_LIVING = Leftover("network", "kept-by-living", "alive2", "", kept=True, owner_lives=True)


@pytest.fixture
def engine(runs: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    """An engine with something of every sort on it, which is the only one."""
    made = ScriptedEngine({})
    made.things = [ORPHAN, KEPT, IN_USE, KEPT_BY_LIVING]
    monkeypatch.setattr(choose, "connect", lambda name=None: made)
    return made


def test_a_sweep_removes_what_nobody_owns_and_nobody_keeps(engine: ScriptedEngine) -> None:
    assert leftovers.sweep(engine) == [ORPHAN]
    assert engine.things == [KEPT, IN_USE, KEPT_BY_LIVING]


def test_taking_down_removes_kept_runs_too_but_nothing_in_use(engine: ScriptedEngine) -> None:
    assert leftovers.down(engine) == [ORPHAN, KEPT]
    assert engine.things == [IN_USE, KEPT_BY_LIVING]


def test_what_a_killed_run_left_is_removed_once_and_its_mark_with_it(engine: ScriptedEngine) -> None:
    mark_of_the_dead("dead1")
    rundirs.mark("alive1", "scripted")
    leftovers.sweep_after_the_killed()
    assert ORPHAN not in engine.things
    assert [mark.run for mark in rundirs.marks()] == ["alive1"]


def test_no_engine_is_asked_while_all_owners_live(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(name: str | None = None) -> Engine:
        raise AssertionError(f"{name} was asked")

    monkeypatch.setattr(choose, "connect", ask)
    rundirs.mark("alive1", "docker")
    leftovers.sweep_after_the_killed()
    mark_of_the_dead("dead1", "docker")
    with pytest.raises(AssertionError, match="docker was asked"):
        leftovers.sweep_after_the_killed()


@pytest.mark.parametrize("problem", [EngineUnavailable("no engine answers"), UsageError("there is no engine 'steam'")])
def test_marks_stay_until_their_engine_answers_and_others_are_swept(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def connect(name: str | None = None) -> Engine:
        if name == "gone":
            raise problem
        return engine

    monkeypatch.setattr(choose, "connect", connect)
    mark_of_the_dead("dead0", "gone")
    mark_of_the_dead("dead1", "scripted")
    leftovers.sweep_after_the_killed()
    assert ORPHAN not in engine.things
    assert [mark.run for mark in rundirs.marks()] == ["dead0"]
