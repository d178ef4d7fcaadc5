"""A run that is interrupted or refused something at any of its calls: everything is removed, what arrived is kept."""

import threading

import pytest

from scenarios.errors import EngineError, EvidenceError, Interrupted
from scenarios.evidence import Evidence
from scenarios.run import living
from tests.unit.scripted import Quiet, ScriptedEngine, at, epoll, raising, transfers


def calls_of_a_clean_run() -> set[str]:
    """Each call with the number of its kind, as `at` takes it."""
    engine = ScriptedEngine(transfers())
    with living(engine, epoll(), "r1", Quiet(), keep=False, timeout=60, save=lambda _: None):
        pass
    calls = engine.session.calls
    return {f"{call} {calls[: i + 1].count(call)}" for i, call in enumerate(calls)}


# The last look is taken in the background while logs are collected: no signal arrives there, and it may fail.
LAST_LOOK = "execute server 3"
CALLS = sorted(calls_of_a_clean_run() - {LAST_LOOK, "remove 1"})


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("where", CALLS)
def test_an_interrupt_at_any_call_removes_everything_and_keeps_what_arrived(where: str, keep: bool) -> None:
    engine, saved = ScriptedEngine(transfers(), at(where, raising(Interrupted(2)))), list[Evidence]()
    with (
        pytest.raises(Interrupted) as raised,
        living(engine, epoll(), "r1", Quiet(), keep=keep, timeout=60, save=saved.append),
    ):
        raise AssertionError("the run went on")
    assert raised.value.code == 130
    assert engine.session.removed
    assert [one.problem for one in saved] == ["interrupted by SIGINT"]
    assert (saved[0].services["server"].last("ready") is None) == (where in ("create 1", "start server 1"))


def test_an_interrupted_removal_is_done_again_and_whole() -> None:
    engine = ScriptedEngine(transfers(), at("remove 1", raising(Interrupted(15))))
    with (
        pytest.raises(Interrupted) as raised,
        living(engine, epoll(), "r1", Quiet(), keep=False, timeout=60, save=lambda _: None),
    ):
        pass
    assert raised.value.code == 143
    assert engine.session.removed


def test_an_interrupt_does_not_wait_for_a_look_that_hangs() -> None:
    removed, waited = threading.Event(), list[bool]()

    def before(call: str) -> None:
        if call == "remove":
            removed.set()
        interrupting(call)
        hanging(call)

    hanging = at("execute server 1", lambda: waited.append(removed.wait(5)))
    interrupting = at("start client 1", raising(Interrupted(2)))
    engine = ScriptedEngine(transfers(), before)
    with (
        pytest.raises(Interrupted),
        living(engine, epoll(), "r1", Quiet(), keep=False, timeout=60, save=lambda _: None),
    ):
        raise AssertionError("the run went on")
    for thread in threading.enumerate():
        if thread.name.startswith("look"):
            thread.join()
    assert waited == [True]


def test_an_interrupt_gets_out_even_if_nothing_can_be_saved() -> None:
    def full(_: Evidence) -> None:
        raise EvidenceError("the disk is full")

    engine = ScriptedEngine(transfers(), at("start client 1", raising(Interrupted(2))))
    with pytest.raises(Interrupted), living(engine, epoll(), "r1", Quiet(), keep=False, timeout=60, save=full):
        raise AssertionError("the run went on")
    assert engine.session.removed


@pytest.mark.parametrize("where", [call for call in CALLS if not call.startswith("read_logs")])
def test_an_engine_that_refuses_something_is_a_problem_and_not_the_end(where: str) -> None:
    engine = ScriptedEngine(transfers(), at(where, raising(EngineError("no space left on device"))))
    with living(engine, epoll(), "r1", Quiet(), keep=False, timeout=60, save=lambda _: None) as (evidence, _):
        assert evidence.problem == "no space left on device"
    assert engine.session.removed


@pytest.mark.parametrize("where", ["read_logs client 1", LAST_LOOK])
def test_what_cannot_be_collected_is_missed_without_stopping_the_rest(where: str) -> None:
    engine = ScriptedEngine(transfers(), at(where, raising(EngineError("gone"))))
    with living(engine, epoll(), "r1", Quiet(), keep=False, timeout=60, save=lambda _: None) as (evidence, session):
        pass
    assert evidence.problem is None
    complete = {name: one.logs for name, one in evidence.services.items()}
    assert complete == {"server": "complete", "client": "truncated" if where.startswith("read") else "complete"}
    assert (evidence.services["server"].sample("ended") is None) == (where == LAST_LOOK)
    assert session.removed


@pytest.mark.parametrize("keep", [False, True])
def test_a_failure_of_the_checks_removes_everything_too(keep: bool) -> None:
    engine = ScriptedEngine(transfers())
    with (
        pytest.raises(ZeroDivisionError),
        living(engine, epoll(), "r1", Quiet(), keep=keep, timeout=60, save=lambda _: None),
    ):
        raise ZeroDivisionError
    assert engine.session.removed
