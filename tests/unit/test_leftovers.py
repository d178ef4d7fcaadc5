"""What killed runs left: swept by the next command, and nothing else with it."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from scenarios.engines import choose
from scenarios.engines.base import Engine, Leftover, NotRemoved
from scenarios.errors import EngineError, EngineUnavailable, Interrupted, LimitRefused, UsageError
from scenarios.pipeline import leftovers
from scenarios.pipeline.experiment import Experiment, Setup, run_experiment
from scenarios.results import run_directories
from tests.unit.builders import mark_of_the_dead
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
    run_directories.mark("alive1", "scripted")
    leftovers.sweep_after_the_killed()
    assert ORPHAN not in engine.things
    assert [mark.run for mark in run_directories.marks()] == ["alive1"]


def test_no_engine_is_asked_while_all_owners_live(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(name: str | None = None) -> Engine:
        raise AssertionError(f"{name} was asked")

    monkeypatch.setattr(choose, "connect", ask)
    run_directories.mark("alive1", "docker")
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
    assert [mark.run for mark in run_directories.marks()] == ["dead0"]


def test_taking_down_one_run_insists_although_its_owner_lives_and_leaves_the_others(engine: ScriptedEngine) -> None:
    run_directories.mark("alive1", "scripted")
    assert leftovers.down(engine, run="alive1") == [IN_USE]
    assert engine.things == [ORPHAN, KEPT, KEPT_BY_LIVING]
    assert run_directories.marks() == []
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
        run_directories.mark(run, name)
        leftovers.unmark_if_gone(engine, run)
    assert {mark.run for mark in run_directories.marks()} == {"alive1", "other1"}
    engine.things = []
    monkeypatch.setattr(engine, "leftovers", raising(EngineError("the engine said: no")))
    leftovers.unmark_if_gone(engine, "alive1")
    assert {mark.run for mark in run_directories.marks()} == {"alive1", "other1"}


def test_a_run_that_ends_in_wrong_usage_is_not_marked_any_more(runs: Path) -> None:
    engine = ScriptedEngine(
        transfers(), at("create 1", raising(LimitRefused("the engine may not set so high a nofile")))
    )
    with pytest.raises(UsageError):
        run_experiment(Experiment(epoll(nofile="512"), Setup(engine, Quiet())))
    assert engine.session.removed
    assert run_directories.marks() == []


def test_a_mark_stays_while_the_engine_still_holds_something_of_its_run(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "remove", lambda _: ())
    mark_of_the_dead("dead1")
    leftovers.sweep_after_the_killed()
    assert [mark.run for mark in run_directories.marks()] == ["dead1"]


WHY = "endpoints are counted in it; restart the daemon"
STAYS = Leftover("network", "n1", "dead1", "", kept=False, owner_lives=False)


@pytest.fixture
def refusing(engine: ScriptedEngine) -> ScriptedEngine:
    """An engine that does not remove a network of a killed run, and everything else of it."""
    engine.things.append(STAYS)
    engine.refused = {"n1": WHY}
    mark_of_the_dead("dead1")
    return engine


def test_what_cannot_be_removed_is_told_once_and_stops_no_sweep(
    refusing: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leftovers.sweep(refusing) == [ORPHAN]
    assert capsys.readouterr() == ("", f"iolab: network n1 cannot be removed: {WHY}\n")
    assert leftovers.not_removed() == {"n1": WHY}
    for work in (leftovers.sweep, leftovers.down, lambda one: leftovers.down(one, run="dead1")):
        assert STAYS not in work(refusing)
    assert capsys.readouterr() == ("", "")


def test_what_was_refused_before_is_tried_again_without_patience_and_forgotten_once_it_goes(
    refusing: ScriptedEngine,
) -> None:
    leftovers.sweep(refusing)
    leftovers.sweep(refusing)
    assert refusing.patient == [True, False]
    refusing.refused = {}
    assert leftovers.sweep(refusing) == [STAYS]
    assert leftovers.not_removed() == {}


def test_a_kept_run_that_was_taken_down_and_stayed_in_part_is_swept_once_that_can_be(engine: ScriptedEngine) -> None:
    engine.refused = {KEPT.name: WHY}
    assert leftovers.down(engine) == [ORPHAN]
    engine.refused = {}
    assert leftovers.sweep(engine) == [KEPT]


def test_no_engine_is_asked_for_a_network_that_stays(refusing: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    leftovers.sweep_after_the_killed()
    assert (refusing.things[-1], run_directories.marks()) == (STAYS, [])
    monkeypatch.setattr(choose, "connect", raising(AssertionError("an engine was asked")))
    leftovers.sweep_after_the_killed()


def test_what_cannot_be_noted_is_told_all_the_same(
    refusing: ScriptedEngine, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (runs / ".not-removed").touch()
    assert leftovers.sweep(refusing) == [ORPHAN]
    assert WHY in capsys.readouterr().err


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("before", [lambda _: None, at("start client 1", raising(Interrupted(2)))])
def test_a_run_tells_what_it_leaves_once_however_it_ends(
    runs: Path, capsys: pytest.CaptureFixture[str], before: Callable[[str], None]
) -> None:
    engine = ScriptedEngine(transfers(), before)
    engine.session_refuses = [NotRemoved(STAYS, WHY)]
    with suppress(Interrupted):
        assert run_experiment(Experiment(epoll(), Setup(engine, Quiet()))).verdict == "pass"
        assert run_directories.marks() == []
    assert capsys.readouterr() == ("", f"iolab: network n1 cannot be removed: {WHY}\n")
