"""Whole experiments on a scripted engine, with their real checks: from the scenario to the verdict and its record."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scenarios import places
from scenarios.definition import catalog
from scenarios.definition.scenario import Scenario
from scenarios.errors import EngineError, EvidenceError, Interrupted, LimitRefused, UsageError
from scenarios.families.fetch import page_bytes
from scenarios.judging.checks import JUNIT_FILE
from scenarios.pipeline.experiment import PATIENCE, Experiment, Setup, run_experiment
from scenarios.pipeline.run.transcript import Transcript
from scenarios.report import page, schema, templating
from scenarios.results import evidence as evidences
from scenarios.results import record as records
from scenarios.results import run_directories
from scenarios.results.record import Record
from scenarios.theory.descriptors import EMFILE, FD_OUT_OF_RANGE, open_before_first_client
from scenarios.theory.waiting import ROOM, Cost, serial_seconds
from tests.unit.scripted import (
    SIZE,
    Quiet,
    Script,
    ScriptedEngine,
    closed,
    epoll,
    event,
    fetches,
    refused,
    snapshot,
    transfers,
)

pytestmark = pytest.mark.usefixtures("runs")
NOFILE = 64
SERVED = NOFILE - open_before_first_client("epoll")


def run_scripted(scripts: dict[str, Script], scenario: Scenario | None = None, keep: bool = False) -> Record:
    """The record of an experiment, which is also what its directory and the schema say."""
    result = run_experiment(Experiment(scenario or epoll(), Setup(ScriptedEngine(scripts), Quiet(), keep=keep)))
    assert result.run is not None
    assert records.load(Path(result.run)) == result
    printed = json.loads(records.to_json(result))
    jsonschema.validate(printed, json.loads(schema.FILE.read_text(encoding="utf-8")))
    assert evidences.load(Path(result.run)).scenario == (scenario or epoll())
    title = f"<title>{Path(result.run).parent.name}: {result.verdict}</title>"
    assert title in (Path(result.run) / page.PAGE_FILE).read_text(encoding="utf-8")
    return result


def failed(result: Record) -> list[str]:
    """The checks that did not hold."""
    return [check.name for check in result.checks if check.result == "failed"]


def test_who_makes_errors_of_warnings_has_the_same_verdict(tmp_path: Path) -> None:
    program = (
        "from scenarios.pipeline.experiment import Experiment, Setup, run_experiment; "
        "from tests.unit.scripted import *; "
        "print(run_experiment(Experiment(epoll(), Setup(ScriptedEngine(transfers()), Quiet()))).verdict)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True, text=True, check=False, cwd=places.ROOT, env={**os.environ, "IOLAB_RUNS": str(tmp_path)},
    )  # fmt: skip
    assert done.stdout == "pass\n", done.stderr


def test_what_was_predicted_and_measured_passes_with_all_its_checks() -> None:
    result = run_scripted(transfers())
    assert (result.verdict, result.problem, result.exit_status) == ("pass", None, 0)
    assert {check.result for check in result.checks} == {"passed", "skipped"}
    assert "epoll watches the listener and every client" in [check.name for check in result.checks]
    assert result.run is not None
    assert "epoll_watches" in (Path(result.run) / JUNIT_FILE).read_text(encoding="utf-8")
    assert list(result.seconds) == ["start", "prepare", "check", "create", "run", "collect", "remove", "total"]
    phases = [seconds for phase, seconds in result.seconds.items() if phase != "total"]
    assert sum(phases) <= result.seconds["total"] + 0.01


def test_the_predicted_failure_where_it_was_predicted_passes() -> None:
    result = run_scripted(refused(SERVED + 1), epoll(100, nofile=str(NOFILE)))
    assert (result.verdict, result.problem) == ("pass", None)
    assert result.measured is not None
    assert result.measured["served"] == SERVED
    assert (result.measured["error"]["type"], result.measured["error"]["at_client"]) == ("OSError", SERVED + 1)


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(
    ("scripts", "named"),
    [
        (refused(SERVED), f"at client {SERVED}"),
        (refused(SERVED + 2), f"at client {SERVED + 2}"),
        (refused(SERVED + 1, "ValueError", FD_OUT_OF_RANGE), FD_OUT_OF_RANGE),
        (refused(SERVED + 1, "PermissionError", EMFILE), "PermissionError"),
        (transfers(100), "error: predicted server: OSError"),
    ],
)
def test_the_right_failure_for_a_wrong_reason_fails(scripts: dict[str, Script], named: str) -> None:
    result = run_scripted(scripts, epoll(100, nofile=str(NOFILE)))
    assert (result.verdict, result.exit_status) == ("fail", 1)
    assert named in str(result.problem)


@pytest.mark.usefixtures("held")
def test_a_client_that_is_not_served_fails() -> None:
    result = run_scripted(transfers(served=2))
    assert (result.verdict, result.problem) == ("fail", "served: predicted 3 clients, measured 2 clients")


def lying(part: str) -> dict[str, Script]:
    """Scripts of a run whose programs say that all went well, while something else says that it did not."""
    scripts = transfers()
    server = scripts["server"]
    match part:
        case "descriptors":
            server.snapshots[1] = snapshot(5 + 4, 1 + 3)
        case "watched":
            server.snapshots[1] = snapshot(5 + 3, 1 + 2)
        case "limits":
            server.snapshots[0] = snapshot(5, nofile=2048)
        case "before":
            server.snapshots[0] = snapshot(6)
        case "hashes":
            server.at["send client 2"] = closed(1) * 3
        case "bytes":
            server.at["send client 2"] = server.at["send client 2"].replace(f'"sent": {SIZE}', f'"sent": {SIZE - 1}', 1)
        case "platform":
            server.says = server.says.replace("linux", "win32")
        case "death":
            server.until, server.exits = "send client 2", 0
    return scripts


@pytest.mark.parametrize(
    ("part", "check"),
    [
        ("descriptors", "each connected client takes one descriptor"),
        ("watched", "epoll watches the listener and every client"),
        ("limits", "the effective limits are those of the scenario"),
        ("before", "before the first client the predicted descriptors are open"),
        ("hashes", "the server counts the same bytes and hashes as the clients"),
        ("bytes", "the server counts the same bytes and hashes as the clients"),
        ("platform", "every program ran on the predicted platform"),
        ("death", "the server runs unless its death was predicted"),
    ],
)
def test_what_the_programs_say_is_not_believed_against_what_is_seen_from_outside(part: str, check: str) -> None:
    result = run_scripted(lying(part))
    assert result.verdict == "fail"
    assert result.measured == result.predicted
    assert check in failed(result)
    assert f"{check} does not hold" in str(result.problem)


def unknown(result: Record) -> list[str]:
    """The checks that could not tell."""
    return [check.name for check in result.checks if check.result == "error"]


def test_logs_that_are_not_what_the_engine_keeps_are_no_failure_but_nothing_that_one_can_tell_from() -> None:
    scripts = transfers()
    scripts["client"].stored = "other"
    result = run_scripted(scripts)
    assert result.verdict == "error"
    assert "the engine lost sight of client" in str(result.problem)


def test_clients_whose_few_bytes_are_equal_by_chance_are_not_taken_for_streams_mixed_up() -> None:
    """One byte has 256 contents, and each of more clients than that draws one."""
    clients = 300
    scenario = epoll(clients, size="1B")
    scripts = transfers(clients)
    gone = [closed(number, size=1) for number in range(1, clients + 1)]
    scripts["server"].at["send client 2"] = "".join(gone)
    assert run_scripted(scripts, scenario).verdict == "pass"
    scripts["server"].at["send client 2"] = "".join([gone[0]] * clients)
    assert "same bytes and hashes" in str(run_scripted(scripts, scenario).problem)


def test_a_snapshot_that_was_not_possible_leaves_checks_unproven() -> None:
    scripts = transfers()
    scripts["server"].snapshots = [{}]
    result = run_scripted(scripts)
    assert (result.verdict, failed(result)) == ("error", [])
    assert "each connected client takes one descriptor" in unknown(result)
    assert any("has no sample at 'connected'" in check.message for check in result.checks)


@pytest.mark.usefixtures("held")
def test_fetches_within_their_bounds_pass_and_the_bounds_know_the_calibrated_cost() -> None:
    result = run_scripted(fetches(), catalog.load("fetch"))
    assert (result.verdict, result.problem) == ("pass", None)
    assert result.predicted is not None
    expected = serial_seconds(6, 0.3, Cost(elapsed=0.01, cpu=0.004))
    assert result.predicted["seconds"]["serial"] == [*expected]
    assert result.measured is not None
    assert result.measured["bytes"] == 5 * page_bytes(6)


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(
    ("scripts", "named"),
    [
        (fetches(gevent=1.9), "gevent: predicted 0.30 to"),
        (fetches(serial=1.5), "serial: predicted"),
        (fetches(gevent_unpatched=0.3), "gevent-unpatched: predicted"),
        (fetches(urls=5), "bytes: predicted"),
        (fetches(failing="threads"), "gevent: predicted 0.30 to"),
    ],
)
def test_fetches_outside_their_bounds_fail(scripts: dict[str, Script], named: str) -> None:
    result = run_scripted(scripts, catalog.load("fetch"))
    assert result.verdict == "fail"
    assert named in str(result.problem)


def test_a_run_that_could_not_finish_is_an_error_and_is_not_checked() -> None:
    result = run_scripted({"server": Script(says="loading\n", error="boom\n", exits=3), "client": Script()})
    assert (result.verdict, result.exit_status, result.checks) == ("error", 3, ())
    assert "server ended with exit status 3" in str(result.problem)
    assert result.predicted is not None
    assert result.measured is not None


@pytest.mark.parametrize("said", [event("refused"), event("refused", client="x", error="E", message="m")])
def test_a_program_that_reports_nonsense_is_an_error_and_no_crash(said: str) -> None:
    scripts = transfers()
    scripts["client"].then[1] = said
    result = run_scripted(scripts)
    assert result.verdict == "error"
    assert "cannot be understood" in str(result.problem)


def test_a_calibration_that_is_nonsense_is_an_error_and_no_crash() -> None:
    scripts = fetches()
    scripts["serial"].says = event("calibrated", cost="much", checkpoint=True)
    result = run_scripted(scripts, catalog.load("fetch"))
    assert result.verdict == "error"
    assert "cannot be understood" in str(result.problem)


def test_an_engine_that_cannot_create_leaves_an_error_with_its_evidence() -> None:
    def refuse(call: str) -> None:
        if call == "create":
            raise EngineError("address pools are used up")

    engine = ScriptedEngine(transfers(), refuse)
    result = run_experiment(Experiment(epoll(), Setup(engine, Quiet())))
    assert (result.verdict, result.problem) == ("error", "address pools are used up")
    assert engine.session.removed
    assert result.run is not None
    assert evidences.load(Path(result.run)).problem == "address pools are used up"


@pytest.mark.usefixtures("held")
def test_a_page_that_cannot_be_drawn_is_told_and_the_verdict_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> str:
        raise ZeroDivisionError("in a chart")

    monkeypatch.setattr(templating, "render", fails)
    audience = Quiet()
    result = run_experiment(Experiment(epoll(), Setup(ScriptedEngine(transfers()), audience)))
    assert result.verdict == "pass"
    assert "the page was not drawn" in audience.told[-2]
    assert "ZeroDivisionError: in a chart" in audience.told[-2]


@pytest.mark.usefixtures("held")
def test_a_full_disk_is_an_error_and_removes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise EvidenceError("the evidence cannot be saved: No space left on device")

    monkeypatch.setattr(evidences, "save", full)
    monkeypatch.setattr(records, "save", full)
    engine = ScriptedEngine(transfers())
    result = run_experiment(Experiment(epoll(), Setup(engine, Quiet())))
    assert (result.verdict, result.exit_status) == ("error", 3)
    assert "No space left" in str(result.problem)
    assert engine.session.removed


def test_evidence_is_saved_before_anything_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise Interrupted(2)

    monkeypatch.setattr("scenarios.judging.checks.run_checks", interrupted)
    engine = ScriptedEngine(transfers())
    with pytest.raises(Interrupted):
        run_experiment(Experiment(epoll(), Setup(engine, Quiet())))
    assert engine.session.removed
    (directory,) = run_directories.everything()
    assert evidences.load(directory).problem is None
    assert not (directory / records.RECORD_FILE).exists()


@pytest.mark.usefixtures("held")
def test_a_kept_run_stands_and_another_is_removed_before_the_record_is_handed_out() -> None:
    for keep in (True, False):
        engine = ScriptedEngine(transfers())
        run_experiment(Experiment(epoll(), Setup(engine, Quiet(), keep=keep)))
        assert engine.session.removed is not keep
        assert run_directories.marks() == []


@pytest.mark.usefixtures("held")
def test_a_run_that_could_not_be_removed_stays_marked_for_the_next_command() -> None:
    engine = ScriptedEngine(transfers())

    def lose(call: str) -> None:
        engine.session.stuck = call == "remove"

    engine.before = lose
    run_experiment(Experiment(epoll(), Setup(engine, Quiet())))
    assert [mark.engine for mark in run_directories.marks()] == ["scripted"]


@pytest.mark.parametrize(
    ("scenario", "timeout", "seconds"),
    [
        (epoll(), None, epoll().timeout),
        (epoll(), 7, 7),
        (catalog.load("fetch", {"latency": "60", "urls": "1000"}), None, PATIENCE * 2 * 60_000),
        (catalog.load("fetch", {"latency": "60", "urls": "1000"}), 7, 7),
    ],
)
def test_a_run_has_the_time_of_its_scenario_or_more_if_waiting_alone_takes_it(
    scenario: Scenario, timeout: float | None, seconds: float
) -> None:
    engine = ScriptedEngine({name: Script(exits=3) for name in scenario.services})
    begun = time.monotonic()
    run_experiment(Experiment(scenario, Setup(engine, Quiet(), timeout=timeout)))
    transcript = engine.session.sink
    assert isinstance(transcript, Transcript)
    given = transcript.deadline - begun
    assert seconds <= given
    assert given < 60 + seconds * 2 * ROOM


def test_why_a_run_could_not_finish_says_more_than_what_its_events_lack_because_of_that() -> None:
    nonsense = event("refused") + event("connected", clients="x")
    result = run_scripted({"server": Script(says="loading\n", exits=3), "client": Script(says=nonsense)})
    assert "server ended with exit status 3" in str(result.problem)
    scripts = transfers()
    scripts["client"].then[0], scripts["client"].exits = nonsense, None

    def gone(call: str) -> None:
        if call == "send client":
            raise EngineError("the engine is gone")

    engine = ScriptedEngine(scripts, gone)
    scripts["client"].says = nonsense + scripts["client"].says
    result = run_experiment(Experiment(epoll(), Setup(engine, Quiet())))
    assert (result.verdict, result.problem) == ("error", "the engine is gone")


@pytest.mark.parametrize("given", [{}, {"nofile": "2048"}])
def test_a_limit_that_the_engine_refuses_is_no_wrong_usage_unless_the_user_set_it(given: dict[str, str]) -> None:
    engine = ScriptedEngine(transfers())

    def refuse(call: str) -> None:
        if call == "start server":
            raise LimitRefused("starting server: error setting rlimit type 7: operation not permitted")

    engine.before = refuse
    experiment = Experiment(catalog.load("epoll-500", given), Setup(engine, Quiet()))
    if given:
        with pytest.raises(UsageError, match="setting rlimit"):
            run_experiment(experiment)
    else:
        result = run_experiment(experiment)
        assert (result.verdict, "setting rlimit" in str(result.problem)) == ("skip", True)
    assert run_directories.marks() == []
