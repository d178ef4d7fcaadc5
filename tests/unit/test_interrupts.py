"""A run that is interrupted or refused something at any of its calls: everything is removed, what arrived is kept."""

import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from scenarios.errors import EngineError, EvidenceError, Interrupted
from scenarios.pipeline.run.drive import Plan, living
from scenarios.results import evidence as evidences
from tests.unit.local_runs import PATIENCE
from tests.unit.scripted import Quiet, ScriptedEngine, at, epoll, raising
from tests.unit.scripted import short_transfers as transfers


def plan(directory: Path, keep: bool = False) -> Plan:
    """A small run."""
    return Plan(epoll(), "r1", directory, timeout=60, keep=keep)


def calls_of_a_clean_run() -> set[str]:
    """Each call with the number of its kind, as `at` takes it."""
    engine = ScriptedEngine(transfers())
    with TemporaryDirectory() as directory, living(engine, plan(Path(directory)), Quiet()):
        pass
    calls = engine.session.calls
    return {f"{call} {calls[: i + 1].count(call)}" for i, call in enumerate(calls)}


# The last snapshot is taken in the background while logs are collected: no signal arrives there, and it may fail.
LAST_SNAPSHOT = "snapshot server 3"
CALLS = sorted(calls_of_a_clean_run() - {LAST_SNAPSHOT, "remove 1"})


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("where", CALLS)
def test_an_interrupt_at_any_call_removes_everything_and_keeps_what_arrived(
    where: str, keep: bool, tmp_path: Path
) -> None:
    engine = ScriptedEngine(transfers(), at(where, raising(Interrupted(2))))
    with (
        pytest.raises(Interrupted) as raised,
        living(engine, plan(tmp_path, keep=keep), Quiet()),
    ):
        raise AssertionError("the run went on")
    assert raised.value.code == 130
    assert engine.session.removed
    saved = evidences.load(tmp_path)
    assert saved.problem == "interrupted by SIGINT"
    assert (saved.services["server"].last("ready") is None) == (where in ("create 1", "start server 1"))


def test_an_interrupted_removal_is_done_again_and_whole(tmp_path: Path) -> None:
    engine = ScriptedEngine(transfers(), at("remove 1", raising(Interrupted(15))))
    with (
        pytest.raises(Interrupted) as raised,
        living(engine, plan(tmp_path), Quiet()),
    ):
        pass
    assert raised.value.code == 143
    assert engine.session.removed


@pytest.fixture
def _interrupts_by_signal() -> Iterator[None]:
    """SIGUSR1 interrupts the main thread, whatever it waits for."""

    def interrupt(*_: object) -> None:
        raise Interrupted(2)

    before = signal.signal(signal.SIGUSR1, interrupt)
    yield
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.usefixtures("_interrupts_by_signal")
@pytest.mark.parametrize("number", [1, 2], ids=["before a client starts", "at a checkpoint"])
def test_an_interrupt_does_not_wait_for_a_snapshot_that_hangs(number: int, tmp_path: Path) -> None:
    removed, waited = threading.Event(), list[bool]()

    def hang() -> None:
        # Often the main thread is just about to wait, and would sleep through a signal if it waited without a limit.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
        waited.append(removed.wait(PATIENCE))

    def before(call: str) -> None:
        if call == "remove":
            removed.set()
        hanging(call)

    hanging = at(f"snapshot server {number}", hang)
    engine = ScriptedEngine(transfers(), before)
    with (
        pytest.raises(Interrupted),
        living(engine, plan(tmp_path), Quiet()),
    ):
        raise AssertionError("the run went on")
    for thread in threading.enumerate():
        if thread.name.startswith("snapshot"):
            thread.join()
    assert waited == [True]


def test_an_interrupt_gets_out_even_if_nothing_can_be_saved(tmp_path: Path) -> None:
    (tmp_path / evidences.EVIDENCE_FILE).mkdir()
    engine = ScriptedEngine(transfers(), at("start client 1", raising(Interrupted(2))))
    with pytest.raises(Interrupted), living(engine, plan(tmp_path), Quiet()):
        raise AssertionError("the run went on")
    assert engine.session.removed


@pytest.mark.parametrize("where", [call for call in CALLS if not call.startswith("log ")])
def test_an_engine_that_refuses_something_is_a_problem_and_not_the_end(where: str, tmp_path: Path) -> None:
    engine = ScriptedEngine(transfers(), at(where, raising(EngineError("no space left on device"))))
    with living(engine, plan(tmp_path), Quiet()) as (evidence, _):
        assert evidence.problem == "no space left on device"
    assert engine.session.removed


def test_logs_that_cannot_be_read_again_are_a_problem_without_stopping_the_rest(tmp_path: Path) -> None:
    engine = ScriptedEngine(transfers(), at("log client stdout 1", raising(EngineError("gone"))))
    with living(engine, plan(tmp_path), Quiet()) as (evidence, session):
        pass
    assert evidence.problem == "gone"
    assert {name: one.logs for name, one in evidence.services.items()} == {"server": "complete", "client": "truncated"}
    with pytest.raises(EvidenceError, match="the logs of client are truncated: gone"):
        evidence.services["client"].whole_logs()
    assert session.removed


def test_a_snapshot_that_the_engine_refused_is_missed_with_its_reason_and_fails_no_check(tmp_path: Path) -> None:
    engine = ScriptedEngine(transfers(), at(LAST_SNAPSHOT, raising(EngineError("gone"))))
    with living(engine, plan(tmp_path), Quiet()) as (evidence, _):
        server = evidence.services["server"]
    assert evidence.problem is None
    assert (server.sample("ended"), server.missed) == (None, {"ended": "gone"})
    with pytest.raises(EvidenceError, match="server has no sample at 'ended': gone"):
        server.sampled("ended")


@pytest.mark.parametrize("keep", [False, True])
def test_a_failure_of_the_checks_removes_everything_too(keep: bool, tmp_path: Path) -> None:
    engine = ScriptedEngine(transfers())
    with (
        pytest.raises(ZeroDivisionError),
        living(engine, plan(tmp_path, keep=keep), Quiet()),
    ):
        raise ZeroDivisionError
    assert engine.session.removed
