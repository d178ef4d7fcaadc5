"""What killed runs left: swept by the next command, and nothing else with it."""

from pathlib import Path

import pytest

from scenarios import leftovers, rundirs
from scenarios.engines import choose
from scenarios.engines.base import Engine, Leftover
from scenarios.errors import EngineError, EngineUnavailable, UsageError
from scenarios.experiment import Experiment, carry_out
from tests.unit.made import mark_of_the_dead
from tests.unit.scripted import Quiet, ScriptedEngine, at, epoll, raising, transfers

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


def test_taking_down_one_run_insists_although_its_owner_lives_and_leaves_the_others(engine: ScriptedEngine) -> None:
    rundirs.mark("alive1", "scripted")
    assert leftovers.down(engine, run="alive1") == [IN_USE]
    assert engine.things == [ORPHAN, KEPT, KEPT_BY_LIVING]
    assert rundirs.marks() == []
    assert leftovers.down(engine, run="alive1") == []


@pytest.mark.parametrize("what", ["leftovers", "remove"])
def test_an_engine_that_cannot_be_asked_is_an_error_and_never_nothing_left(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def refuse(*_: object) -> None:
        raise EngineError("the engine said: no")

    monkeypatch.setattr(engine, what, refuse)
    for work in (leftovers.sweep, leftovers.down, lambda one: leftovers.down(one, run="dead1")):
        with pytest.raises(EngineError):
            work(engine)


def test_a_mark_stays_while_its_run_has_something_left_or_its_engine_cannot_tell(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run, name in (("alive1", "scripted"), ("other1", "another"), ("gone1", "scripted")):
        rundirs.mark(run, name)
        leftovers.unmark_if_gone(engine, run)
    assert {mark.run for mark in rundirs.marks()} == {"alive1", "other1"}
    engine.things = []
    monkeypatch.setattr(engine, "leftovers", raising(EngineError("the engine said: no")))
    leftovers.unmark_if_gone(engine, "alive1")
    assert {mark.run for mark in rundirs.marks()} == {"alive1", "other1"}


def test_a_run_that_ends_in_wrong_usage_is_not_marked_any_more(runs: Path) -> None:
    engine = ScriptedEngine(transfers(), at("create 1", raising(UsageError("the engine may not set so high a nofile"))))
    with pytest.raises(UsageError):
        carry_out(Experiment(epoll(), engine, Quiet()))
    assert engine.session.removed
    assert rundirs.marks() == []


def test_a_mark_stays_while_the_engine_still_holds_something_of_its_run(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "remove", lambda _: None)
    mark_of_the_dead("dead1")
    leftovers.sweep_after_the_killed()
    assert [mark.run for mark in rundirs.marks()] == ["dead1"]
