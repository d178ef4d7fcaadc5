"""The run on a scripted engine: its order, its waits, what it keeps, and that it always takes everything down."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import spec
from scenarios.errors import EngineError, Interrupted
from scenarios.evidence import Evidence
from scenarios.run import living
from scenarios.spec import Scenario
from tests.unit.scripted import (
    Quiet,
    Script,
    ScriptedEngine,
    ScriptedSession,
    epoll,
    event,
    look,
    server_ready,
    transfers,
)


def run(
    scripts: dict[str, Script],
    scenario: Scenario | None = None,
    before: Callable[[str], None] = lambda _: None,
    timeout: float = 5,
    keep: bool = False,
) -> tuple[Evidence, ScriptedSession, list[Evidence]]:
    """Runs to the end; returns the evidence, the session, and what was saved."""
    engine, saved = ScriptedEngine(scripts, before), list[Evidence]()
    with living(engine, scenario or epoll(), "r1", Quiet(), keep=keep, timeout=timeout, save=saved.append) as (
        evidence,
        _,
    ):
        assert saved == [evidence]
        assert engine.session is not None
        assert not engine.session.removed
    return evidence, engine.session, saved


def test_a_service_starts_only_when_what_it_depends_on_is_ready() -> None:
    _, session, _ = run(transfers())
    assert [call for call in session.calls if call.startswith("start")] == ["start server", "start client"]


def test_a_checkpoint_is_answered_only_after_the_server_was_looked_at() -> None:
    evidence, session, _ = run(transfers())
    order = [call for call in session.calls if call in ("execute server", "send client")]
    assert order[:4] == ["execute server", "send client", "execute server", "send client"]
    assert [sample.moment for sample in evidence.services["server"].samples] == ["ready", "connected", "ended"]


def test_a_server_that_dies_before_it_is_ready_ends_the_run_with_its_last_lines() -> None:
    scripts = {"server": Script(says="loading\n", error="boom\n", exits=3), "client": Script()}
    evidence, session, _ = run(scripts, timeout=60)
    assert evidence.problem is not None
    assert "server ended with exit status 3" in evidence.problem
    assert "boom" in evidence.problem
    assert "loading" in evidence.problem
    assert session.removed
    assert not evidence.services["client"].started


def test_a_server_that_is_never_ready_is_named_when_the_time_is_up() -> None:
    evidence, session, _ = run({"server": Script(says="loading\n"), "client": Script()}, timeout=0.1)
    assert evidence.problem is not None
    assert "server to be ready" in evidence.problem
    assert "loading" in evidence.problem
    assert session.removed


def test_a_client_that_hangs_is_named_when_the_time_is_up() -> None:
    scripts = {"server": Script(says=server_ready(), looks=[look(5)]), "client": Script(says="thinking\n")}
    evidence, session, _ = run(scripts, timeout=0.1)
    assert evidence.problem is not None
    assert "client to finish" in evidence.problem
    assert session.removed


def test_a_machine_that_vanishes_ends_the_wait_for_it() -> None:
    evidence, _, _ = run({"server": Script(says="loading\n", vanishes=True), "client": Script()}, timeout=60)
    assert evidence.problem is not None
    assert "was removed or killed" in evidence.problem


def test_an_engine_that_is_lost_ends_every_wait() -> None:
    engine = ScriptedEngine({"server": Script(says="loading\n"), "client": Script()})

    def lose(call: str) -> None:
        if call == "start server":
            assert engine.session is not None
            engine.session.sink.lost("connection refused")

    engine.before = lose
    with living(engine, epoll(), "r1", Quiet(), keep=False, timeout=60, save=lambda _: None) as (evidence, _):
        assert evidence.problem is not None
        assert "connection refused" in evidence.problem


def test_logs_that_differ_from_the_engines_own_are_truncated() -> None:
    scripts = transfers()
    scripts["client"].stored = "something else entirely, and longer than what the stream brought\n" * 50
    import scenarios.run

    patience, scenarios.run.STREAM_LAG = scenarios.run.STREAM_LAG, 0.05
    try:
        evidence, _, _ = run(scripts)
    finally:
        scenarios.run.STREAM_LAG = patience
    assert evidence.services["client"].logs == "truncated"
    assert evidence.services["server"].logs == "complete"


def test_a_program_killed_by_the_kernel_is_asked_about_memory() -> None:
    scripts = transfers()
    scripts["client"].exits = 128 + 9
    evidence, _, _ = run(scripts)
    assert evidence.services["client"].out_of_memory


@pytest.mark.parametrize(
    "where", ["create", "start server", "start client", "execute server", "send client", "read_logs client"]
)
def test_an_interrupt_at_any_call_removes_everything_and_keeps_what_arrived(where: str) -> None:
    def interrupt(call: str) -> None:
        if call == where:
            raise Interrupted(2)

    engine, saved = ScriptedEngine(transfers(), interrupt), list[Evidence]()
    with (
        pytest.raises(Interrupted) as raised,
        living(engine, epoll(), "r1", Quiet(), keep=True, timeout=5, save=saved.append),
    ):
        raise AssertionError("the run went on")
    assert raised.value.code == 130
    assert engine.session is not None
    assert engine.session.removed
    assert [one.problem for one in saved] == ["interrupted by SIGINT"]


@pytest.mark.parametrize("where", ["create", "start server", "start client", "execute server"])
def test_an_engine_that_refuses_something_is_a_problem_and_not_the_end(where: str) -> None:
    def refuse(call: str) -> None:
        if call == where:
            raise EngineError("no space left on device")

    evidence, session, _ = run(transfers(), before=refuse)
    assert evidence.problem is not None
    assert "no space left" in evidence.problem
    assert session.removed


def test_a_failure_of_the_checks_removes_everything_too() -> None:
    engine = ScriptedEngine(transfers())
    with (
        pytest.raises(ZeroDivisionError),
        living(engine, epoll(), "r1", Quiet(), keep=True, timeout=5, save=lambda _: None),
    ):
        raise ZeroDivisionError
    assert engine.session is not None
    assert engine.session.removed


def test_a_kept_run_is_not_removed() -> None:
    _, session, _ = run(transfers(), keep=True)
    assert not session.removed


def fetchers(failing: str = "") -> dict[str, Script]:
    """Scripts of the fetch scenario."""
    names = ("serial", "threads", "gevent", "gevent-unpatched")
    one = {
        name: Script(
            says=event("calibrated", cost=0.001, cpu=0.001, checkpoint=True),
            then=[event("fetched")],
            exits=1 if name == failing else 0,
        )
        for name in names
    }
    return {"origin": Script(says=event("ready"), looks=[look(7)]), **one}


def test_what_awaits_a_services_end_starts_one_after_the_other() -> None:
    _, session, _ = run(fetchers(), spec.load("fetch"))
    started = [call.removeprefix("start ") for call in session.calls if call.startswith("start")]
    assert started == ["origin", "serial", "threads", "gevent", "gevent-unpatched"]


def test_what_awaits_the_good_end_of_a_service_that_failed_is_not_started() -> None:
    evidence, _, _ = run(fetchers(failing="threads"), spec.load("fetch"))
    assert [name for name, one in evidence.services.items() if one.started] == ["origin", "serial", "threads"]


def test_services_that_do_not_depend_on_each_other_start_at_the_same_time(tmp_path: Path) -> None:
    import threading

    path = tmp_path / "two.yaml"
    one = "{image: linux, program: demos.hangs, depends_on: {server: ready}}"
    services = f"services:\n  server: {{image: linux, program: demos.hangs}}\n  client: {one}\n  other: {one}\n"
    parameters = "parameters: {clients: 1, selector: epoll, size: 1KiB}\n"
    path.write_text(f"summary: Two at once.\n{parameters}{services}outcome: transfers\n", encoding="utf-8")
    both_inside = threading.Barrier(2, timeout=5)

    def meet(call: str) -> None:
        if call in ("start client", "start other"):
            both_inside.wait()

    scripts = {
        "server": Script(says=server_ready(), looks=[look(5)]),
        "client": Script(exits=0),
        "other": Script(exits=0),
    }
    evidence, _, _ = run(scripts, spec.load(str(path)), before=meet)
    assert [evidence.services[name].exit_status for name in ("client", "other")] == [0, 0]
