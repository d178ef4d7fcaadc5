"""The run on a scripted engine: its order, its waits, what it keeps, and that it always takes everything down."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pytest

import scenarios.engines.base
import scenarios.pipeline.run.collect
import scenarios.pipeline.run.transcript
from scenarios.definition import catalog
from scenarios.definition.scenario import Scenario
from scenarios.errors import EngineError, WaitTimeout
from scenarios.pipeline.run import drive
from scenarios.pipeline.run.collect import KILLED
from scenarios.pipeline.run.drive import LAST_STRETCH_BEGINS, Plan, living
from scenarios.pipeline.run.spool import Spool
from scenarios.results import evidence as evidences
from scenarios.results.events import Event
from scenarios.results.evidence import Evidence
from tests.unit.scripted import (
    Quiet,
    Script,
    ScriptedEngine,
    ScriptedSession,
    at,
    epoll,
    event,
    fetches,
    raising,
    refused,
    server_ready,
    snapshot,
)
from tests.unit.scripted import short_transfers as transfers

NEVER_READY = Script(says="loading\n", until="never")
SOON = 0.05  # seconds, for what must not happen
WHILE = 20.0  # seconds, for what must not be waited for


def run(
    scripts: dict[str, Script],
    scenario: Scenario | None = None,
    before: Callable[[str], None] = lambda _: None,
    late_at: str | None = None,
    keep: bool = False,
    timeout: float = 60,
) -> tuple[Evidence, ScriptedSession]:
    """Runs to the end, with the time up at the call `late_at`; returns the evidence and the session."""
    engine = ScriptedEngine(scripts, before)
    if late_at:
        engine.before = at(late_at, lambda: setattr(engine.session.sink, "deadline", 0))
    with TemporaryDirectory() as name:
        plan = Plan(scenario or epoll(), "r1", Path(name), timeout=timeout, keep=keep)
        with living(engine, plan, Quiet()) as (evidence, session):
            assert evidences.load(plan.directory) == evidence
            assert not session.removed
    return evidence, engine.session


def scenario_of(*services: tuple[str, dict[str, Literal["ready", "completed"]]]) -> Scenario:
    """A scenario of services, each with what it depends on."""
    made = {
        name: replace(epoll().services["server"], name=name, depends_on=depends_on) for name, depends_on in services
    }
    return replace(epoll(), services=made)


def started(session: ScriptedSession) -> list[str]:
    """The services started, in order."""
    return [call.removeprefix("start ") for call in session.calls if call.startswith("start ")]


def test_everything_is_created_before_anything_starts_and_removed_after_all_is_collected() -> None:
    _, session = run(transfers())
    assert session.calls[0] == "create"
    assert session.calls[-1] == "remove"
    collected = {f"log {service} {stream}" for service in ("server", "client") for stream in ("stdout", "stderr")}
    assert set(session.calls[-6:-1]) == {"snapshot server", *collected}


def test_a_service_starts_only_when_what_it_depends_on_is_ready() -> None:
    assert started(run(transfers())[1]) == ["server", "client"]
    assert started(run(transfers() | {"server": NEVER_READY}, late_at="start server 1")[1]) == ["server"]


def test_services_that_do_not_depend_on_each_other_start_at_the_same_time() -> None:
    both_inside = threading.Barrier(2, timeout=5)

    def meet(call: str) -> None:
        if call.startswith("start"):
            both_inside.wait()

    evidence, _ = run({"a": Script(exits=0), "b": Script(exits=0)}, scenario_of(("a", {}), ("b", {})), before=meet)
    assert evidence.problem is None
    assert [one.exit_status for one in evidence.services.values()] == [0, 0]


def test_what_awaits_a_services_end_starts_one_after_the_other() -> None:
    evidence, session = run(fetches(), catalog.load("fetch"))
    assert evidence.problem is None
    assert started(session) == ["origin", "serial", "threads", "gevent", "asyncio", "gevent-unpatched"]


def test_what_awaits_the_good_end_of_a_service_that_failed_is_not_started() -> None:
    evidence, _ = run(fetches(failing="threads"), catalog.load("fetch"))
    assert evidence.problem is None
    assert [name for name, one in evidence.services.items() if one.started] == ["origin", "serial", "threads"]


def test_snapshots_are_taken_when_ready_when_connected_and_at_the_end() -> None:
    evidence, _ = run(transfers(clients=4), epoll(4))
    server = evidence.services["server"]
    assert [(one.moment, one.descriptors, one.watched) for one in server.samples] == [
        ("ready", 5, 1),
        ("connected", 9, 5),
        ("ended", 5, 1),
    ]


def test_a_client_starts_only_after_the_ready_server_was_looked_at() -> None:
    client_started, early = threading.Event(), list[bool]()

    def before(call: str) -> None:
        if call == "start client":
            client_started.set()
        elif call == "snapshot server" and not early:
            early.append(client_started.wait(SOON))

    run(transfers(), before=before)
    assert early == [False]


def test_a_checkpoint_is_answered_only_after_the_snapshot_was_taken() -> None:
    counted, changed, early = Counter[str](), threading.Condition(), list[bool]()

    def before(call: str) -> None:
        with changed:
            counted[call] += 1
            changed.notify_all()
            number = counted[call]
            if call == "snapshot server":
                early.append(changed.wait_for(lambda: counted["send client"] >= number, SOON))

    run(transfers(), before=before)
    assert early == [False] * 3
    assert counted["send client"] == 2


@pytest.mark.parametrize("answer", [{}, {"descriptors": 9}, {"descriptors": 9, "nofile_soft": 1}, {"nonsense": 1}])
def test_a_snapshot_that_lacks_something_is_no_sample_and_no_problem(answer: dict[str, int]) -> None:
    scripts = transfers()
    scripts["server"].snapshots = [snapshot(5), answer, snapshot(5)]
    evidence, _ = run(scripts)
    assert evidence.problem is None
    assert [one.moment for one in evidence.services["server"].samples] == ["ready", "ended"]


def test_an_end_that_a_snapshot_sees_before_its_report_arrives_is_waited_for() -> None:
    scripts = transfers()
    scripts["server"].snapshots = [snapshot(5), snapshot(8, 4), {}]
    engine, reports = ScriptedEngine(scripts), list[threading.Timer]()

    def report() -> None:
        ended = event("exited", code=0, seal=engine.session.sink.seal).encode()
        reports.append(threading.Timer(SOON, engine.session.sink.output, ("server", "stdout", ended)))
        reports[0].start()

    engine.before = at("snapshot server 3", report)
    with (
        TemporaryDirectory() as name,
        living(engine, Plan(epoll(), "r1", Path(name), timeout=60), Quiet()) as (seen, _),
    ):
        server = seen.services["server"]
    reports[0].join()
    assert (server.exit_status, server.missed, [one.moment for one in server.samples]) == (
        0,
        {},
        ["ready", "connected"],
    )


def test_a_server_that_dies_before_it_is_ready_ends_the_run_at_once_with_its_last_lines() -> None:
    scripts = {"server": Script(says="loading\n", error="boom\n", exits=3), "client": Script()}
    evidence, session = run(scripts)
    assert evidence.problem is not None
    assert "server ended with exit status 3 while the lab waited for server to be ready" in evidence.problem
    assert [line in evidence.problem for line in ("loading", "boom")] == [True, True]
    assert not evidence.services["client"].started
    assert started(session) == ["server"]


def test_a_server_that_dies_is_noticed_while_another_is_not_ready_yet() -> None:
    two = scenario_of(("slow", {}), ("dying", {}), ("client", {"slow": "ready", "dying": "ready"}))
    scripts = {"slow": NEVER_READY, "dying": Script(exits=3), "client": Script()}
    evidence, _ = run(scripts, two)
    assert evidence.problem is not None
    assert "dying ended with exit status 3" in evidence.problem


def test_a_server_that_is_never_ready_is_named_when_the_time_is_up() -> None:
    evidence, _ = run({"server": NEVER_READY, "client": Script()}, late_at="start server 1")
    assert evidence.problem is not None
    assert "the time is up, and the lab still waits for server to be ready" in evidence.problem
    assert "loading" in evidence.problem


def test_a_client_that_hangs_is_named_when_the_time_is_up() -> None:
    scripts = transfers() | {"client": Script(says="thinking\n", until="never")}
    evidence, _ = run(scripts, late_at="start client 1")
    assert evidence.problem is not None
    assert "the lab still waits for client to finish" in evidence.problem
    assert "thinking" in evidence.problem
    assert evidence.services["client"].exit_status is None


def test_before_the_time_is_up_every_program_is_looked_at_and_again_at_the_end() -> None:
    evidence, _ = run(transfers() | {"client": Script(until="never", snapshots=[snapshot(3)])}, timeout=10 * SOON)
    assert evidence.cause == WaitTimeout.__name__
    moments = [[one.moment for one in evidence.services[name].samples] for name in ("server", "client")]
    assert moments == [["ready", LAST_STRETCH_BEGINS, "ended"], [LAST_STRETCH_BEGINS, "ended"]]


def test_a_machine_that_vanishes_ends_the_wait_for_it() -> None:
    evidence, _ = run({"server": Script(says="loading\n", vanishes=True), "client": Script()})
    assert evidence.problem is not None
    assert "the engine lost sight of server: it was removed or killed" in evidence.problem


@pytest.mark.parametrize("where", ["start server 1", "start client 1", "send client 1", "send client 2"])
def test_an_engine_that_is_lost_ends_every_wait_and_what_was_said_is_kept(where: str, tmp_path: Path) -> None:
    scripts = transfers()
    scripts["client"].exits = None
    scripts["server"].says = "early words\n" + (scripts["server"].says if where != "start server 1" else "")
    engine = ScriptedEngine(scripts)
    engine.before = at(where, lambda: engine.session.sink.lost("connection refused"))
    with living(engine, Plan(epoll(), "r1", tmp_path, timeout=60), Quiet()) as (evidence, _):
        assert evidence.problem is not None
        assert "the engine stopped answering" in evidence.problem
        assert "connection refused" in evidence.problem
        assert "early words" in evidence.services["server"].stdout_tail
    assert engine.session.removed


def test_logs_are_complete_when_the_stream_brought_all_that_the_engine_keeps() -> None:
    evidence, _ = run(transfers())
    assert {one.logs for one in evidence.services.values()} == {"complete"}


@pytest.mark.parametrize("stored", ["x" * 10_000, "something else"])
def test_logs_that_differ_from_the_engines_own_are_truncated(stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios.pipeline.run.collect, "STREAM_LAG", SOON)
    scripts = transfers()
    scripts["client"].stored = stored
    evidence, _ = run(scripts)
    assert (evidence.services["client"].logs, evidence.services["server"].logs) == ("truncated", "complete")
    assert evidence.problem is not None
    assert "the engine lost sight of client" in evidence.problem


@pytest.mark.parametrize(
    ("kept", "logs"), [("\ufffd\ufffd", "complete"), ("", "complete"), ("\ufffdx", "truncated"), ("e", "truncated")]
)
def test_what_is_no_ascii_may_be_kept_as_other_bytes_and_nothing_else_may(
    kept: str, logs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenarios.pipeline.run.collect, "STREAM_LAG", SOON)
    real = ScriptedSession.log

    def log(*asked: Any) -> Iterator[bytes]:
        yield b"".join(real(*asked)).replace("\u00e9".encode(), kept.encode())

    monkeypatch.setattr(ScriptedSession, "log", log)
    scripts = transfers()
    scripts["server"].says += "caf\u00e9\n"
    evidence, _ = run(scripts)
    assert evidence.services["server"].logs == logs


def test_a_program_killed_by_the_kernel_is_asked_about_memory_and_others_are_not() -> None:
    scripts = transfers()
    scripts["client"].exits = KILLED
    evidence, session = run(scripts)
    assert evidence.services["client"].out_of_memory
    assert [call for call in session.calls if call.startswith("out_of_memory")] == ["out_of_memory client"]


def test_a_kept_run_is_not_removed_even_if_it_had_a_problem() -> None:
    assert not run(transfers(), keep=True)[1].removed
    evidence, session = run({"server": Script(exits=3), "client": Script()}, keep=True)
    assert evidence.problem is not None
    assert not session.removed


def test_a_kept_run_is_let_go_of_and_one_that_cannot_be_is_removed() -> None:
    assert run(transfers(), keep=True)[1].calls[-1] == "leave"
    assert "leave" not in run(transfers())[1].calls
    engine = ScriptedEngine(transfers(), before=at("leave 1", raising(EngineError("no more descriptors"))))
    with pytest.raises(EngineError), TemporaryDirectory() as name:
        plan = Plan(epoll(), "r1", Path(name), timeout=60, keep=True)
        with living(engine, plan, Quiet()):
            pass
    assert engine.session.removed


def test_the_audience_is_told_each_step_and_each_event(tmp_path: Path) -> None:
    audience, engine = Quiet(), ScriptedEngine(transfers())
    with living(engine, Plan(epoll(), "r1", tmp_path, timeout=60), audience):
        pass
    assert audience.told[0] == "bringing up a network and 2 machines"
    events = [what for what in audience.told if what.startswith("client ")]
    assert events == ["client started", "client ready", "client connected", "client finished", "client exited"]
    assert ["starting server" in audience.told, "starting client" in audience.told] == [True, True]
    assert audience.told[-1] == "collecting logs and samples"


def test_the_evidence_says_what_ran_where_and_how_long_each_phase_took() -> None:
    evidence, session = run(transfers())
    assert (evidence.engine, evidence.engine_version, evidence.run) == ("scripted", "scripted 1", "r1")
    assert list(evidence.seconds) == ["create", "run", "collect"]
    server = evidence.services["server"]
    assert server.command[:3] == ("python", "-m", "labs.programs.servers.transfer")
    assert (server.image, server.platform, server.started, server.exit_status) == ("linux", "linux", True, None)
    assert server.stdout_tail.startswith(event("started", pid=7, seal=session.sink.seal) + server_ready())


def test_a_scenario_without_a_server_is_looked_at_where_its_program_reaches_a_checkpoint() -> None:
    alone = {
        "alone": Script(
            says=event("ready") + event("look", checkpoint=True),
            then=[event("look", checkpoint=True), event("look", checkpoint=True, moment="idle"), event("finished")],
            exits=0,
            snapshots=[snapshot(3), snapshot(4), snapshot(5), snapshot(6)],
        )
    }
    evidence, session = run(alone, scenario_of(("alone", {})))
    assert evidence.problem is None
    left = evidence.services["alone"]
    assert sorted(one.descriptors for one in left.samples) == [3, 4, 5, 6]
    assert [one.moment for one in left.samples] == ["ready", "look", "look", "idle"]
    assert len(left.samples_at("look")) == 2
    assert left.sample("look") == left.samples_at("look")[-1]
    assert left.last("finished") is not None
    assert [call for call in session.calls if call.startswith("send")] == ["send alone"] * 3


def test_a_checkpoint_that_comes_again_is_looked_at_again_by_every_server() -> None:
    scripts = transfers()
    connected = event("connected", clients=3, checkpoint=True)
    scripts["client"].then.insert(1, connected)
    evidence, _ = run(scripts)
    assert [one.moment for one in evidence.services["server"].samples] == ["ready", "connected", "connected", "ended"]


@pytest.mark.parametrize(
    ("service", "where"),
    [("server", "send client 2"), ("client", "send client 2"), ("server", "log server stdout 1")],
)
def test_a_machine_that_goes_away_before_its_programs_end_is_known_is_a_problem(service: str, where: str) -> None:
    scripts = transfers()
    scripts[service].exits = None
    engine = ScriptedEngine(scripts)
    with TemporaryDirectory() as name:
        engine.before = at(where, lambda: engine.session.sink.stopped(service))
        with living(engine, Plan(epoll(), "r1", Path(name), timeout=60), Quiet()) as (evidence, _):
            assert evidence.problem is not None
            assert f"the engine lost sight of {service}" in evidence.problem


def test_a_killed_program_whose_end_is_known_is_no_problem_of_the_labs() -> None:
    scripts = transfers()
    scripts["server"] = Script(says=server_ready(), until="send client 1", exits=KILLED, snapshots=[snapshot(5)])
    evidence, _ = run(scripts)
    assert evidence.problem is None
    assert evidence.services["server"].exit_status == KILLED
    with pytest.raises(AssertionError, match="server has no sample at 'connected'"):
        evidence.services["server"].sampled("connected")


def test_a_stream_beyond_its_cap_is_said_and_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios.engines.base, "MOST_BYTES", 10)
    evidence, session = run(transfers())
    assert evidence.problem is None
    server = evidence.services["server"]
    assert server.logs == "truncated"
    assert server.truncated == f"of the {server.wrote['stdout']} bytes of stdout the first 10 are kept"
    assert not [call for call in session.calls if call.startswith("log") and call.endswith("stdout")]


def test_a_flood_is_compared_in_its_first_part_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios.pipeline.run.collect, "COMPARED", 100)
    monkeypatch.setattr(scenarios.pipeline.run.collect, "STREAM_LAG", SOON)
    scripts = transfers()
    scripts["client"].says += "x" * 1000 + "\n"
    monkeypatch.setattr("scenarios.pipeline.run.transcript.secrets.token_hex", lambda _: "a seal")
    said = event("started", pid=7, seal="a seal") + scripts["client"].says
    scripts["client"].stored = said[:700] + "y" * 700
    client = run(scripts)[0].services["client"]
    # The scripted store gives two parts, and the first is already more than is compared.
    assert (client.logs, client.compared) == ("complete", {"stdout": 700, "stderr": 0})
    scripts["client"].stored = "y" * 1400
    client = run(scripts)[0].services["client"]
    assert (client.logs, client.compared) == ("truncated", {"stdout": 0, "stderr": 0})


def test_a_flood_whose_connection_broke_before_its_end_is_not_called_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios.pipeline.run.collect, "COMPARED", 100)
    scripts = transfers()
    scripts["client"] = Script(says="x" * 1000 + "\n", vanishes=True)
    client = run(scripts)[0].services["client"]
    assert (client.logs, client.wrote["stdout"] > 1000) == ("truncated", True)
    assert client.truncated is not None
    assert client.truncated.startswith("the connection ended, and only the first")


def test_all_of_an_ordinary_stream_is_compared_and_the_evidence_says_so() -> None:
    evidence, _ = run(transfers())
    assert all(one.compared == one.wrote for one in evidence.services.values())


def test_a_store_that_lacks_the_end_of_a_stream_is_not_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios.pipeline.run.collect, "STREAM_LAG", SOON)
    scripts = transfers()
    scripts["client"].stored = ""
    assert run(scripts)[0].services["client"].logs == "truncated"


@pytest.mark.parametrize(("error", "waited"), [("ConnectionResetError", True), ("ValueError", False)])
def test_a_server_is_waited_for_that_may_be_dying_when_its_client_was_cut_off(error: str, waited: bool) -> None:
    scripts = refused(3)
    scripts["client"].then[0] = scripts["client"].then[0].replace("ConnectionResetError", error)
    scripts["server"].until, scripts["server"].error, scripts["server"].exits = "never", "", None
    engine = ScriptedEngine(scripts)

    def later() -> None:
        sink = engine.session.sink
        last = event("exited", code=1, seal=sink.seal).encode()
        threading.Timer(0.2, sink.output, ("server", "stdout", last)).start()

    engine.before = at("send client 2", later)
    with TemporaryDirectory() as name:
        plan = Plan(epoll(), "r1", Path(name), timeout=60)
        with living(engine, plan, Quiet()) as (evidence, _):
            assert (evidence.services["server"].exit_status == 1) == waited


@pytest.mark.parametrize(("before", "waited"), [("", True), ("Exception in thread Thread-1 (serve):\n", False)])
def test_the_end_of_a_program_whose_last_words_are_a_traceback_is_waited_for(
    before: str, waited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = ScriptedSession.mark

    def dying(session: ScriptedSession, service: str, line: str) -> None:
        if service == "server":
            words = f"{before}Traceback (most recent call last):\nValueError: x\n"
            session.sink.output(service, "stderr", words.encode())
            last = event("exited", code=1, seal=session.sink.seal).encode()
            if waited:
                threading.Timer(0.2, session.sink.output, (service, "stdout", last)).start()
        marked(session, service, line)

    monkeypatch.setattr(ScriptedSession, "mark", dying)
    monkeypatch.setattr(scenarios.pipeline.run.collect, "STREAM_LAG", SOON)
    # Longer than any test: one that waited for the end of a living program would not end.
    monkeypatch.setattr(scenarios.pipeline.run.collect, "REPORTED_WITHIN", 3600.0)
    evidence, _ = run(transfers())
    assert evidence.services["server"].exit_status == (1 if waited else None)


def test_a_server_that_says_ready_all_the_time_is_looked_at_once_for_it() -> None:
    scripts = transfers()
    scripts["server"].says += server_ready() * 50
    evidence, session = run(scripts)
    assert evidence.problem is None
    assert len([call for call in session.calls if call == "snapshot server"]) == 3


def test_what_a_living_program_wrote_last_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    marked = ScriptedSession.mark

    def late(session: ScriptedSession, service: str, line: str) -> None:
        session._print(service, event("closed", client=99))
        marked(session, service, line)

    monkeypatch.setattr(ScriptedSession, "mark", late)
    server = run(transfers())[0].services["server"]
    assert server.said("closed")["client"] == 99
    assert server.logs == "complete"


def much_then(monkeypatch: pytest.MonkeyPatch, after: Callable[[ScriptedSession, str], object]) -> Evidence:
    """The evidence of a run whose server prints more than a pipe holds, and of whom `after` happens behind the mark."""
    scripts = transfers()
    scripts["server"].says += event("closed", client=1, more="x" * 1000) * 70
    marked = ScriptedSession.mark

    def mark(session: ScriptedSession, service: str, line: str) -> None:
        marked(session, service, line)
        after(session, service)

    monkeypatch.setattr(ScriptedSession, "mark", mark)
    return run(scripts)[0]


def test_what_a_program_holds_back_since_its_pipe_was_full_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def soon(session: ScriptedSession, service: str) -> None:
        threading.Timer(0.01, session._print, (service, event("closed", client=99))).start()

    server = much_then(monkeypatch, soon).services["server"]
    assert server.said("closed")["client"] == 99
    assert server.logs == "complete"


def test_nobody_waits_for_what_a_program_would_have_written_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios.pipeline.run.collect, "HELD_BACK", WHILE)
    added = Spool.add

    def long_ago(spool: Spool, data: bytes) -> None:
        added(spool, data)
        if b"collected" not in data:
            spool.last -= WHILE

    monkeypatch.setattr(Spool, "add", long_ago)
    evidence = much_then(monkeypatch, lambda *_: None)
    assert evidence.services["server"].logs == "complete"
    assert evidence.seconds["collect"] < WHILE


def test_a_mark_that_does_not_come_is_what_the_lab_could_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios.pipeline.run.collect, "MARKED_WITHIN", SOON)
    monkeypatch.setattr(ScriptedSession, "mark", lambda *_: None)
    evidence, _ = run(transfers())
    assert evidence.services["server"].logs == "truncated"
    assert "did not arrive within" in str(evidence.problem)


@pytest.mark.parametrize(
    ("event", "moment"),
    [
        ({"event": "ready"}, "ready"),
        ({"event": "connected", "checkpoint": True}, "connected"),
        ({"event": "came", "moment": "came 1 times", "checkpoint": True}, "came 1 times"),
        ({"event": "refused", "client": 3}, "refused"),
        ({"event": "exited", "code": 1}, "died"),
        ({"event": "exited", "code": 0}, "ended"),
        ({"event": "fetched"}, None),
    ],
)
def test_the_turning_points_of_a_run_are_told_to_the_charts_over_time(event: Event, moment: str | None) -> None:
    assert drive._moment(event) == moment
